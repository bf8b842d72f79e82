import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type HttpClient, refusal } from '../http-client.ts'
import { inParallel } from './in-parallel.ts'
import type { Acknowledged } from './journal.ts'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 500

const receiptStatus = z.object({
  registrationId: z.uuid(),
  status: z.enum(['submitted', 'in_review', 'approved', 'returned', 'rejected']),
  memberNumber: z.string().nullable(),
})

/** Where a registration stands, as the driver who holds the receipt is told. */
export type ReceiptStatus = z.infer<typeof receiptStatus>

/**
 * Asks for every registration where it stands, again and again until `settled` agrees or the time is over.
 *
 * @returns what was told last, by registration; nothing for a receipt that the system does not know
 */
export async function statusesOf(
  client: HttpClient,
  registrations: readonly Acknowledged[],
  settled: (status: ReceiptStatus) => boolean,
  bound: { readonly workers: number; readonly ms: number; readonly onSettled: () => void },
): Promise<Map<string, ReceiptStatus>> {
  const statuses = new Map<string, ReceiptStatus>()
  const until = performance.now() + bound.ms
  await inParallel(registrations, bound.workers, async ({ registrationId, receipt }) => {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const status = await statusOf(client, receipt)
      if (status) statuses.set(registrationId, status)
      if ((status && settled(status)) || performance.now() > until) break
      await sleep(pause)
    }
    bound.onSettled()
  })
  return statuses
}

/** Where the registration of a receipt stands; undefined when the system does not know the receipt. */
export async function statusOf(client: HttpClient, receipt: string): Promise<ReceiptStatus | undefined> {
  const request = { path: `/api/registrations/receipts/${receipt}` }
  const answer = await client.send(request)
  if (answer.status === 404) return undefined
  if (answer.status !== 200) throw refusal(request, answer)
  return receiptStatus.parse(JSON.parse(answer.body.toString()))
}
