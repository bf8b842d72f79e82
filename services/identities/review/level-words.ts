import type { Bilingual } from '#libs/platform'

const comparisons: Readonly<Record<string, Bilingual>> = {
  resident_id: { zh: '身份证号', en: 'Resident id' },
  name: { zh: '姓名', en: 'Name' },
  mobile: { zh: '手机号', en: 'Mobile number' },
  plate: { zh: '车牌', en: 'Plate' },
  residence: { zh: '居住地', en: 'Residence' },
  household: { zh: '户籍地', en: 'Household' },
  account: { zh: '平台账号', en: 'Platform account' },
}

const levels: Readonly<Record<string, Bilingual>> = {
  equal: { zh: '相同', en: 'equal' },
  same: { zh: '相同', en: 'the same' },
  different: { zh: '不同', en: 'different' },
  conflict: { zh: '两个都有效但不同', en: 'both valid, and different' },
  'one-edit': { zh: '仅差一处', en: 'one slip apart' },
  shown: { zh: '可见部分一致', en: 'equal where both are shown' },
  'shown-different': { zh: '可见部分不同', en: 'different where both are shown' },
  'same-region-birth': { zh: '地区和出生日期相同', en: 'same region and date of birth' },
  'same-birth': { zh: '出生日期相同', en: 'same date of birth' },
  'same-sound': { zh: '读音相同', en: 'sounds the same' },
  close: { zh: '读音或字形相近', en: 'sounds or looks alike' },
  'shown-two': { zh: '可见的首尾字一致', en: 'first and last character agree' },
  'one-character': { zh: '仅差一字', en: 'one character apart' },
  'shown-surname': { zh: '可见的姓一致', en: 'the surname shown agrees' },
  surname: { zh: '仅姓相同', en: 'only the surname agrees' },
  'long-apart': { zh: '相同，但时间相隔很久', en: 'equal, long apart in time' },
  confused: { zh: '仅差易混字符', en: 'differs in easily confused characters' },
  'other-colour': { zh: '号码相同，颜色不同', en: 'equal, in another colour' },
  'same-city': { zh: '同城', en: 'in the same city' },
  unclear: { zh: '无法判断', en: 'unclear' },
  'other-platform': { zh: '不同平台', en: 'at another platform' },
  'other-account': { zh: '同平台不同账号', en: 'another account at the same platform' },
}

/** A level of a comparison in words; a model's own names where it brings new ones. */
export function levelInWords(comparison: string, level: string): Bilingual {
  const what = comparisons[comparison] ?? { zh: comparison, en: comparison }
  const how = levels[level] ?? { zh: level, en: level }
  return { zh: `${what.zh}：${how.zh}`, en: `${what.en}: ${how.en}` }
}
