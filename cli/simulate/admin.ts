import { z } from 'zod'
import { type HttpClient, refusal } from '../http-client.ts'

const PAGE = 200

const bilingual = z.object({ zh: z.string(), en: z.string() })
const sites = z.object({
  items: z.array(z.object({ codes: z.array(z.object({ token: z.string(), revokedAt: z.string().nullable() })) })),
})
const federation = z.object({
  id: z.string(),
  name: bilingual,
  level: z.string(),
  admitsMembers: z.boolean(),
  industries: z.array(z.string()),
})
const federations = z.object({ items: z.array(federation) })
const caseStatus = z.enum(['open', 'approved', 'returned', 'rejected'])
const reviewCase = z.object({
  caseId: z.uuid(),
  identityId: z.uuid(),
  status: caseStatus,
  federationId: z.string().nullable(),
  federationName: bilingual.nullable(),
  memberNumber: z.string().nullable(),
  registrationIds: z.array(z.uuid()),
})
const casePage = z.object({ items: z.array(reviewCase), next: z.string().nullable() })
const outcomes = z.object({
  outcomes: z.array(z.object({ caseId: z.uuid(), problem: z.object({ code: z.string() }).nullable() })),
})
const problem = z.object({ code: z.string() })
const count = z.object({ members: z.number(), people: z.number() })
const funnel = z.object({
  sites: z.array(z.object({ scans: z.number(), submitted: z.number(), newPeople: z.number(), approved: z.number() })),
})

export type CaseStatus = z.infer<typeof caseStatus>
export type ReviewCase = z.infer<typeof reviewCase>
export type Federation = Pick<z.infer<typeof federation>, 'id' | 'name'>
export type MemberCount = z.infer<typeof count>
export type Funnel = z.infer<typeof funnel>['sites'][number]

/** What an admin does in the console, through the API behind it. */
export class Admin {
  /** @param client sends the admin's token along */
  constructor(private readonly client: HttpClient) {}

  /** Tokens of the codes in use, of all sites. */
  async codes(): Promise<string[]> {
    const { items } = await this.client.json(sites, { path: '/api/sites' })
    return items.flatMap(({ codes }) => codes.filter(({ revokedAt }) => revokedAt === null).map(({ token }) => token))
  }

  /** A federation that can take in a driver whom no rule has placed; undefined when no federation does. */
  async freightFederation(): Promise<Federation | undefined> {
    const { items } = await this.client.json(federations, { path: '/api/federations' })
    const admitting = items.filter(
      ({ admitsMembers, industries }) => admitsMembers && industries.includes('road-freight'),
    )
    return admitting.find(({ level }) => level === 'city') ?? admitting[0]
  }

  /** Every case of a status, the longest waiting first, page by page. */
  async *cases(status: CaseStatus): AsyncGenerator<ReviewCase> {
    for (let after: string | null = ''; after !== null; ) {
      const query: URLSearchParams = new URLSearchParams({ status, limit: String(PAGE), ...(after && { after }) })
      const page: z.infer<typeof casePage> = await this.client.json(casePage, { path: `/api/review-cases?${query}` })
      yield* page.items
      after = page.next
    }
  }

  /** Approves up to 500 placed cases. @returns the codes of what stood against it, by case */
  async approve(caseIds: readonly string[]): Promise<Map<string, string>> {
    const request = { method: 'POST', path: '/api/review-cases/approve', body: { caseIds } } as const
    const answer = await this.client.json(outcomes, request)
    return new Map(answer.outcomes.flatMap(({ caseId, problem }) => (problem ? [[caseId, problem.code]] : [])))
  }

  /** Approves a case of the holding pool. @returns the code of what stood against it */
  approveInto(caseId: string, { id, name }: Federation): Promise<string | undefined> {
    return this.decide(caseId, 'approve', { federation: { id, name } })
  }

  return(caseId: string, reasonCode: string): Promise<string | undefined> {
    return this.decide(caseId, 'return', { reasonCode })
  }

  reject(caseId: string, reasonCode: string): Promise<string | undefined> {
    return this.decide(caseId, 'reject', { reasonCode })
  }

  memberCount(): Promise<MemberCount> {
    return this.client.json(count, { path: '/api/members/count' })
  }

  /** The funnel of all sites together. */
  async funnel(): Promise<Funnel> {
    const { sites } = await this.client.json(funnel, { path: '/api/insights/funnel' })
    const sum = (step: keyof Funnel) => sites.reduce((total, site) => total + site[step], 0)
    return { scans: sum('scans'), submitted: sum('submitted'), newPeople: sum('newPeople'), approved: sum('approved') }
  }

  private async decide(caseId: string, verdict: string, body: object): Promise<string | undefined> {
    const request = { method: 'POST', path: `/api/review-cases/${caseId}/${verdict}`, body } as const
    const answer = await this.client.send(request)
    if (answer.status === 200) return undefined
    if (answer.status !== 409 && answer.status !== 422) throw refusal(request, answer)
    return problem.parse(JSON.parse(answer.body.toString())).code
  }
}
