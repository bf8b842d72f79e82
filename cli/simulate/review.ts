import type { Admin, Federation, ReviewCase } from './admin.ts'
import { inParallel } from './in-parallel.ts'
import type { Journal } from './journal.ts'
import type { Verdict } from './plan.ts'

const CHUNK = 200
const RETURN_REASONS = ['name_differs', 'phone_unreachable', 'not_a_driver']
const REJECT_REASONS = ['not_eligible', 'not_voluntary']

/**
 * Decides the open cases that `verdictOf` knows; placed ones are approved in bulk, those of the holding pool one by one
 * into `federation`.
 *
 * @returns the decisions, by case
 */
export async function review(
  admin: Admin,
  journal: Journal,
  verdictOf: (each: ReviewCase) => Verdict | undefined,
  { federation, workers }: { readonly federation: Federation | undefined; readonly workers: number },
): Promise<Map<string, Verdict>> {
  const cases: { each: ReviewCase; verdict: Verdict }[] = []
  for await (const each of admin.cases('open')) {
    const verdict = verdictOf(each)
    if (verdict) cases.push({ each, verdict })
  }
  const bulk = cases.filter(({ each, verdict }) => verdict === 'approve' && each.federationId !== null)
  const single = cases.filter((item) => !bulk.includes(item))
  const refusals = new Map<string, string>()
  for (let at = 0; at < bulk.length; at += CHUNK) {
    const caseIds = bulk.slice(at, at + CHUNK).map(({ each }) => each.caseId)
    for (const [caseId, code] of await admin.approve(caseIds)) refusals.set(caseId, code)
  }
  await inParallel(
    [...single.entries()],
    workers,
    async ([
      at,
      {
        each: { caseId },
        verdict,
      },
    ]) => {
      const code = await decide(at, caseId, verdict)
      if (code) refusals.set(caseId, code)
    },
  )
  for (const [caseId, code] of refusals) {
    // The answer to the first attempt was lost.
    if (code !== 'case_already_decided') journal.violated('not_decided', `${caseId} ${code}`)
  }
  return new Map(cases.map(({ each, verdict }) => [each.caseId, verdict]))

  function decide(at: number, caseId: string, verdict: Verdict): Promise<string | undefined> {
    if (verdict === 'return') return admin.return(caseId, RETURN_REASONS[at % RETURN_REASONS.length]!)
    if (verdict === 'reject') return admin.reject(caseId, REJECT_REASONS[at % REJECT_REASONS.length]!)
    return federation ? admin.approveInto(caseId, federation) : Promise.resolve('no_federation_admits_drivers')
  }
}
