import { describe, expect, test } from '@jest/globals'
import { operatorOf, platformOf, platformSchema, platforms } from './platforms.ts'

describe('platforms', () => {
  test('are found by code, name and alias, however it is typed', () => {
    for (const text of ['yunmanman', '运满满', ' 运满满 ', 'YMM', '满帮'])
      expect(platformOf(text)?.code).toBe('yunmanman')
    expect(platformOf('ｇ７')?.code).toBe('g7')
    expect(platformOf('constructor')).toBeUndefined()
  })

  test('of one operator are known as such', () => {
    expect(new Set(['运满满', '货车帮', '省省'].map(operatorOf))).toEqual(new Set(['manbang']))
    expect(operatorOf('货拉拉')).not.toBe(operatorOf('运满满'))
    expect(operatorOf('no such platform')).toBeUndefined()
  })

  test('no text names two platforms', () => {
    const texts = platforms.flatMap(({ code, zh, aliases }) => [code, zh, ...aliases]).map((text) => text.toLowerCase())
    expect(new Set(texts).size).toBe(texts.length)
  })

  test('the schema yields the code', () => {
    expect(platformSchema().parse('卡友地带')).toBe('luge')
    expect(platformSchema().safeParse('滴').error?.issues[0]).toMatchObject({ params: { code: 'platform.unknown' } })
  })
})
