import type { Bilingual } from '#libs/platform'

/** What federations decided about a registration, as its case shows it. */
export interface Placement {
  readonly federationId: string | null
  readonly federationName: Bilingual | null
  readonly federationPath: readonly string[]
  readonly ruleId: string | null
  readonly ruleSetVersion: number
  readonly heldBecause: string | null
  readonly reasons: readonly { readonly code: string; readonly zh: string; readonly en: string }[]
}

/** An application, placed. */
export interface Content {
  readonly submittedAt: Date
  readonly siteId: string | null
  readonly sealed: string
  /** Differs when the driver mended the application, not when only its placement or its person changed. */
  readonly digest: string
  readonly placement: Placement
}

/** That a registration is a person's; placed, if federations say so. */
export interface Statement {
  readonly registrationId: string
  readonly identityId: string
  /** Of what identities said about the registration. */
  readonly revision: number
  readonly content: Content | null
}

/** What is known of a registration: its person and its content, each by the highest revision that told of it. */
export interface Registration {
  readonly registrationId: string
  readonly identityId: string | null
  readonly identityRevision: number
  readonly content: Content | null
  readonly contentRevision: number
  readonly caseId: string | null
  readonly erasedAt: Date | null
  /** The content differs from what was known before. */
  readonly renewed: boolean
}

/** A registration of which nothing is known. */
export function unknownRegistration(registrationId: string): Registration {
  const nothing = { identityId: null, content: null, caseId: null, erasedAt: null }
  return { registrationId, ...nothing, identityRevision: 0, contentRevision: 0, renewed: false }
}

/** What is known after a statement; pure, and the same in whatever order statements come. */
export function hear(known: Registration, { identityId, revision, content }: Statement): Registration {
  const moved = revision > known.identityRevision ? { identityId, identityRevision: revision } : {}
  if (!content || revision <= known.contentRevision) return { ...known, ...moved }
  const renewed = known.renewed || (known.content !== null && known.content.digest !== content.digest)
  const sealed = known.erasedAt ? '' : content.sealed
  return { ...known, ...moved, content: { ...content, sealed }, contentRevision: revision, renewed }
}
