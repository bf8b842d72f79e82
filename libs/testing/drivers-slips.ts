import { PlateNumber } from '#libs/china'
import type { Random } from './drivers-random.ts'
import { makeMobile } from './drivers-vehicles.ts'

/** Characters that sound alike or look alike, and are taken for each other by input methods, clerks and OCR. */
const ALIKE = (
  '伟维玮炜 军均君钧 健建 华桦骅 明铭鸣 志智治 涛焘滔 斌彬宾 辉晖徽 鹏朋 杰捷洁 浩昊皓 峰锋丰 勇永泳 平萍坪 红宏洪鸿 林琳霖 ' +
  '生升声 文雯 飞菲 新欣鑫 俊峻骏 丽莉俐 静婧 燕艳 玲伶铃 强蔷 刚钢 波泊 超起 磊蕾 亮良 海诲 国固 春舂 雪血 龙尤 宇字 天夭 ' +
  '忠中 福富 祥翔 荣容 晓小 学雪 德得 成城 娟涓 霞遐 芳方 敏闵 婷停 兵乓 帅师 旭九 张章 徐许 于余俞 程成 付傅 闫阎 肖萧 邱丘 ' +
  '陆路 江姜 吴武 朱诸 沈申 何河 蒋将 贾价 石右 田由 万方 史吏 𠮷吉 䶮龚 龑龚 㛃洁 骉彪'
)
  .split(' ')
  .map((group) => [...group])

/** Other spellings of the parts of Uyghur names, none more right than the other. */
const SPELLINGS = [
  ['买买提', '麦麦提'],
  ['艾合买提', '艾海提'],
  ['吐尔逊', '图尔荪'],
  ['阿卜杜拉', '阿布都拉'],
  ['依明', '伊明'],
  ['热合曼', '热和曼'],
  ['库尔班', '库尔邦'],
  ['古丽', '姑丽'],
] as const

/** Characters of plates that cameras and eyes mistake. */
const PLATE_ALIKE = ['B8', 'D0', 'Z2', 'S5', 'Q0', 'G6', 'T7', 'A4', '17', '38', 'U0', 'VY', 'MN', 'EF'].map((pair) => [
  ...pair,
])

/** The name with one character mistaken; undefined when it has none that is mistaken easily. */
export function misheardName(random: Random, name: string): string | undefined {
  for (const [one, other] of random.shuffled(SPELLINGS)) {
    if (name.includes(one)) return name.replace(one, other)
  }
  const characters = [...name]
  for (const at of random.shuffled([...characters.keys()])) {
    const group = ALIKE.find((alike) => alike.includes(characters[at]!))
    if (!group) continue
    characters[at] = random.pick(group.filter((other) => other !== characters[at]))
    return characters.join('')
  }
  return undefined
}

/** The plate with one character misread; undefined when that would be no plate of its kind. */
export function misreadPlate(random: Random, plate: string): string | undefined {
  for (const at of random.shuffled([...plate].map((_, at) => at).slice(2))) {
    const pair = PLATE_ALIKE.find((alike) => alike.includes(plate[at]!))
    if (!pair) continue
    const misread = plate.slice(0, at) + pair.find((other) => other !== plate[at]) + plate.slice(at + 1)
    if (isPlateLike(misread, plate)) return misread
  }
  return undefined
}

/** A second number of the driver, or a slip in the first. */
export function otherMobile(random: Random, mobile: string): string {
  if (random.chance(0.7)) return makeMobile(random)
  const at = random.integer(3, 10)
  const digit = (Number(mobile[at]) + random.integer(1, 9)) % 10
  return mobile.slice(0, at) + digit + mobile.slice(at + 1)
}

/** The same values as people write them: the intake reads them as if they were written plainly. */
export const scrawls = {
  name: (random: Random, name: string) =>
    name.includes('·') ? name.replace('·', random.pick([...'•‧・.'])) : ` ${[...name].join(random.pick(['', ' ']))}`,
  residentId: (random: Random, id: string) =>
    random.pick([id.toLowerCase(), `${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}`]),
  mobile: (random: Random, mobile: string) =>
    random.pick([`+86 ${mobile}`, mobile.replace(/^(...)(....)/, '$1-$2-'), mobile.replace(/^(...)(....)/, '$1 $2 ')]),
  plate: (random: Random, plate: string) =>
    random.pick([
      plate.toLowerCase(),
      `${plate.slice(0, 2)}·${plate.slice(2)}`,
      `${plate.slice(0, 2)} ${plate.slice(2)}`,
    ]),
}

function isPlateLike(text: string, plate: string): boolean {
  try {
    return PlateNumber.parse(text).form === PlateNumber.parse(plate).form
  } catch {
    return false
  }
}
