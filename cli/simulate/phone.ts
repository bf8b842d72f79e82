import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Answers } from '#libs/testing'
import type { Answer, HttpClient, Request } from '../http-client.ts'
import type { Journal } from './journal.ts'
import type { Mistake } from './mistakes.ts'
import type { Visit } from './plan.ts'
import { statusOf } from './receipts.ts'

/** The longest that a phone waits before it loses the answer. */
const LOST_AFTER_MS = 30

/** The page as it is passed on from driver to driver: without a code. */
const JOIN_PAGE = new URL('/join', 'http://phone')

const kept = z.object({ registrationId: z.uuid(), receipt: z.string() })
const refused = z.object({ errors: z.array(z.object({ pointer: z.string(), code: z.string() })) })

type Kept = z.infer<typeof kept>

/** What the driver sends, and how the answer to it is read. */
interface Form {
  request(answers: Answers, consent: boolean): Request
  /** The registration that the answer promises to keep; undefined for every other answer. */
  read(answer: Answer): Promise<Kept | undefined>
  /** Whether the answer names the fault at the right field. */
  names(mistake: Mistake, answer: Answer): boolean
}

/** Scans a code, opens the page and submits, with whatever goes wrong on the way; writes down what was seen. */
export class Phone {
  constructor(
    private readonly client: HttpClient,
    private readonly journal: Journal,
  ) {}

  /** @param link path of the link in the scanned code; null for a driver who was sent the address of the page */
  async visit(link: string | null, { record, by, trouble, mistake }: Visit): Promise<void> {
    const address = link === null ? JOIN_PAGE : await this.scan(link)
    const page = address && (await this.open(address))
    if (!page) return
    const form = by === 'form' ? this.pageForm(page) : this.scriptForm(address.searchParams)
    if (mistake) await this.sendMistake(form, mistake, record.answers)
    const request = form.request(record.answers, true)
    const answers = await this.submit(request, trouble)
    const registrations: Kept[] = []
    for (const answer of answers) {
      const registration = await form.read(answer)
      if (registration) {
        registrations.push(registration)
        this.journal.latenciesMs.push(answer.ms)
      } else this.unexpected(request, answer)
    }
    const [first, ...others] = registrations
    if (!first) return
    const { registrationId, receipt } = first
    this.journal.acknowledged.push({ registrationId, receipt, personId: record.personId })
    this.journal.repeatedAnswers += others.length
    for (const other of others) {
      if (other.registrationId !== registrationId) {
        this.journal.violated('key_gave_two_registrations', `${registrationId} ${other.registrationId}`)
      }
    }
  }

  /** Opens the link in a code. @returns where it leads to */
  private async scan(link: string): Promise<URL | undefined> {
    const request: Request = { path: link }
    const redirect = await this.client.send(request)
    const { location } = redirect.headers
    if (redirect.status !== 303 || typeof location !== 'string') return this.unexpected(request, redirect)
    this.journal.scans += 1
    return new URL(location, this.client.origin)
  }

  private async open({ pathname, search }: URL): Promise<string | undefined> {
    const request: Request = { path: pathname + search }
    const page = await this.client.send(request)
    return page.status === 200 ? page.body.toString() : this.unexpected(request, page)
  }

  private async submit(request: Request, trouble: Visit['trouble']): Promise<Answer[]> {
    switch (trouble) {
      case 'none':
        return [await this.client.send(request)]
      case 'sent-again':
        return [await this.client.send(request), await this.client.send(request)]
      case 'double-tap':
        return Promise.all([this.client.send(request), this.client.send(request)])
      case 'lost-answer': {
        const signal = AbortSignal.timeout(Math.ceil(Math.random() * LOST_AFTER_MS))
        await this.client.once({ ...request, signal }).catch(() => undefined)
        return [await this.client.send(request)]
      }
    }
  }

  private async sendMistake(form: Form, mistake: Mistake, answers: Answers): Promise<void> {
    const request = form.request(mistake.answers(answers), mistake.consent)
    const answer = await this.client.send(request)
    if (form.names(mistake, answer)) this.journal.refused += 1
    else if (await form.read(answer)) this.journal.violated('mistake_accepted', mistake.fault.code)
    else this.unexpected(request, answer)
  }

  /** The form as a page with JavaScript sends it. */
  private scriptForm(query: URLSearchParams): Form {
    const headers = { 'idempotency-key': randomUUID() }
    return {
      request: (answers, join) => ({
        method: 'POST',
        path: '/api/registrations',
        headers,
        body: { ...answers, code: query.get('code'), scan: query.get('scan'), consents: { join, residentId: true } },
      }),
      read: async ({ status, body }) => (status === 202 ? kept.parse(JSON.parse(body.toString())) : undefined),
      names: ({ fault }, { status, body }) => {
        if (status !== 400) return false
        const { errors } = refused.parse(JSON.parse(body.toString()))
        return errors.length === 1 && errors[0]?.pointer === fault.pointer && errors[0].code === fault.code
      },
    }
  }

  /** The form as a browser without JavaScript sends it: what the page hides in it goes along. */
  private pageForm(page: string): Form {
    const hidden = hiddenFields(page)
    return {
      request: ({ name, mobile, residentId, plate, platform, residence }, join) => {
        const fields = { ...hidden, name, mobile, residentId, plate, platform, residence, consentId: 'on' }
        const entries = Object.entries(fields).map(([key, value]): [string, string] => [key, value ?? ''])
        const body = new URLSearchParams([...entries, ...(join ? [['consentJoin', 'on']] : [])])
        return { method: 'POST', path: '/join', body }
      },
      read: async ({ status, headers }) => {
        const receipt = /^\/join\/receipts\/([\w-]+)$/.exec(String(headers.location))?.[1]
        if (status !== 303 || !receipt) return undefined
        const known = await statusOf(this.client, receipt)
        return known && { registrationId: known.registrationId, receipt }
      },
      names: ({ field }, { status, body }) => {
        const named = [...body.toString().matchAll(/id="(\w+)-error"/g)].map(([, name]) => name)
        return status === 422 && named.length === 1 && named[0] === field
      },
    }
  }

  private unexpected({ method = 'GET', path }: Request, { status, body }: Answer): undefined {
    const problem = body.toString().startsWith('{') ? JSON.parse(body.toString()) : {}
    const place = path.replace(/[?].*/, '')
    this.journal.violated('unexpected_answer', `${method} ${place}: ${status} ${problem.code ?? ''}`.trim())
  }
}

function hiddenFields(page: string): Record<string, string> {
  const inputs = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
  return Object.fromEntries(inputs.map(([, name, value]) => [name!, value!]))
}
