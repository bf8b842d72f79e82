import type { Bilingual } from '#libs/platform'
import { type Template, templates } from './templates.ts'

/** Where memberships say that a registration stands. */
export type News =
  | { readonly state: 'in_review' }
  | {
      readonly state: 'member'
      readonly memberNumber: string
      readonly federation: Bilingual
      /** The decision itself; otherwise the registration came to a membership that was there. */
      readonly approved: boolean
    }
  | { readonly state: 'returned' | 'rejected'; readonly reason: Bilingual }

/** What was last said of a registration. */
export interface Standing {
  readonly state: News['state'] | null
  readonly memberNumber: string | null
  /** Of two statements the higher holds; 0 where it is unknown. */
  readonly statement: number
}

/** A message for the driver. */
export interface Told {
  readonly template: Template
  readonly text: Bilingual
}

/** What follows from news. */
export interface Telling {
  readonly standing: Standing
  /** Earlier messages are not true any more. */
  readonly withdraws: boolean
  readonly message: Told | null
}

/**
 * What to tell a driver; pure. Nothing where something newer was said already, so that the driver never reads last what
 * held first, in whatever order the news come. Undefined when there is nothing to note either.
 */
export function whatToTell(before: Standing | undefined, news: News, statement: number): Telling | undefined {
  const latest = before?.statement ?? 0
  if (statement < latest || (statement === latest && statement > 0)) return undefined
  const memberNumber = news.state === 'member' ? news.memberNumber : null
  const known = before?.state != null
  const withdraws = known && (before.state !== news.state || before.memberNumber !== memberNumber)
  return { standing: { state: news.state, memberNumber, statement }, withdraws, message: messageOf(before, news) }
}

function messageOf(before: Standing | undefined, news: News): Told | null {
  switch (news.state) {
    case 'in_review':
      return before?.state === 'member' ? told('review-again', templates['review-again']()) : null
    case 'member': {
      if (before?.state === 'member' && before.memberNumber === news.memberNumber) return null
      const template =
        before?.state === 'member' ? 'number-changed' : news.approved ? 'membership-approved' : 'member-already'
      return told(template, templates[template](news))
    }
    case 'returned':
      return told('membership-returned', templates['membership-returned'](news))
    case 'rejected':
      return told('membership-rejected', templates['membership-rejected'](news))
  }
}

function told(template: Template, text: Bilingual): Told {
  return { template, text }
}
