import { Division } from './division.ts'
import { divisionNames } from './division-names.ts'
import { halfWidth } from './invalid-value.ts'

/** 内蒙古 is what people write for 内蒙古自治区; districts keep their 区, without which they are places like any other. */
const SUFFIX = /(省|市|特别行政区|[\p{Script=Han}]族自治区|维吾尔自治区|自治区)$/u

/** Every spelling of the divisions of each level, the longest first. */
const spellings = Object.fromEntries(
  (['province', 'city', 'district'] as const).map((level) => [
    level,
    [...divisionNames]
      .map(([code, name]) => ({ division: Division.parse(code), name }))
      .filter(({ division }) => division.level === level)
      .flatMap(({ division, name }) => [name, name.replace(SUFFIX, '')].map((each) => ({ division, name: each })))
      .toSorted((a, b) => b.name.length - a.name.length),
  ]),
) as Record<Division['level'], { division: Division; name: string }[]>

/**
 * The division that words begin with, as narrow as it is known: `江苏省无锡市滨湖区雪浪街道` is 320211, `安徽合肥` is 340000,
 * and six digits are themselves. Undefined for words that begin with no known division.
 */
export function divisionInWords(text: string): Division | undefined {
  let rest = halfWidth(text)
  if (/^\d{6}$/.test(rest)) return divisionNames.has(`${rest.slice(0, 2)}0000`) ? Division.parse(rest) : undefined
  let found: Division | undefined
  for (const level of ['province', 'city', 'district'] as const) {
    const next = longest(rest, level, found)
    if (!next) continue
    found = next.division
    rest = rest.slice(next.name.length)
  }
  return found
}

/** The division of a level, within what was found so far, whose name the text begins with. */
function longest(text: string, level: Division['level'], within: Division | undefined) {
  return spellings[level].find(({ division, name }) => text.startsWith(name) && (!within || division.isWithin(within)))
}
