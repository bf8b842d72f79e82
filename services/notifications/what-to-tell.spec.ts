import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type News, type Standing, type Told, whatToTell } from './what-to-tell.ts'

const federation = { zh: '无锡市总工会', en: 'Wuxi' }
const member = (memberNumber: string, approved = true): News => ({
  state: 'member',
  memberNumber,
  federation,
  approved,
})
const inReview: News = { state: 'in_review' }
const returned: News = { state: 'returned', reason: { zh: '请核对姓名', en: 'Check the name' } }

/** The messages that a driver reads as true after all news, and what was noted last. */
function readAfter(all: readonly { news: News; statement: number }[]) {
  let standing: Standing | undefined
  let read: Told[] = []
  for (const { news, statement } of all) {
    const telling = whatToTell(standing, news, statement)
    if (!telling) continue
    standing = telling.standing
    read = [...(telling.withdraws ? [] : read), ...(telling.message ? [telling.message] : [])]
  }
  return { standing, read }
}
const templatesOf = (...all: News[]) =>
  readAfter(all.map((news, at) => ({ news, statement: at + 1 }))).read.map(({ template }) => template)

describe('whatToTell', () => {
  it.each([
    ['of a decision', [inReview, member('1')], ['membership-approved']],
    ['of a membership that was there', [member('1', false)], ['member-already']],
    ['nothing anew of a membership that was told', [member('1'), member('1', false)], ['membership-approved']],
    ['that another number holds', [member('1'), member('2', false)], ['number-changed']],
    ['that it was wrong about a membership', [member('1'), inReview], ['review-again']],
    ['nothing while a review goes on', [inReview, inReview], []],
    ['nothing more of what was mended', [returned, inReview], []],
    ['each return', [returned, inReview, returned], ['membership-returned']],
  ] as const)('tells %s', (_, news, templates) => {
    expect(templatesOf(...news)).toEqual(templates)
  })

  it('ends with the latest statement and says nothing untrue, in any order and with each told twice', () => {
    const news = fc.constantFrom(inReview, returned, member('1'), member('2', false))
    const shuffled = fc.array(news, { minLength: 1, maxLength: 5 }).chain((all) => {
      const numbered = all.map((each, at) => ({ news: each, statement: at + 1 }))
      const twice = [...numbered, ...numbered]
      return fc.shuffledSubarray(twice, { minLength: twice.length }).map((order) => ({ last: all.at(-1)!, order }))
    })
    fc.assert(
      fc.property(shuffled, ({ last, order }) => {
        const { standing, read } = readAfter(order)
        expect(standing).toMatchObject({ state: last.state })
        const text = read.map(({ text: { zh } }) => zh).join()
        if (last.state === 'member') expect(text).toContain(`会员号`)
        if (last.state === 'member') expect(text).toContain(last.memberNumber)
        else expect(text).not.toMatch(/您已是|您已成为|您是/)
      }),
    )
  })

  it('takes news without a number as long as none with a number came', () => {
    expect(whatToTell(undefined, member('1'), 0)?.message?.template).toBe('membership-approved')
    expect(whatToTell({ state: 'in_review', memberNumber: null, statement: 3 }, member('1'), 0)).toBeUndefined()
  })
})
