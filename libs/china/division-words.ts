import { Division } from './division.ts'
import { divisionNames } from './division-names.ts'
import { halfWidth } from './invalid-value.ts'

/** 内蒙古 is what people write for 内蒙古自治区; districts keep their 区, without which they are places like any other. */
const SUFFIX = /(省|市|特别行政区|[\p{Script=Han}]族自治区|维吾尔自治区|自治区)$/u

const spellings = [...divisionNames].map(([code, name]) => {
  const short = name.replace(SUFFIX, '')
  const division = Division.parse(code)
  return { division, names: name === short ? [name] : [name, short] }
})

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
  return spellings
    .filter(({ division }) => division.level === level && (!within || division.isWithin(within)))
    .flatMap(({ division, names }) => names.map((name) => ({ division, name })))
    .filter(({ name }) => text.startsWith(name))
    .toSorted((a, b) => b.name.length - a.name.length)[0]
}
