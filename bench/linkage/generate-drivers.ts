import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A generated record; `person`, `couple` and `fleet` are the truth that no engine gets to see. 0: none. */
export interface DriverRecord {
  readonly cells: Readonly<Record<DriverColumn, string>>
  readonly person: number
  readonly couple: number
  readonly fleet: number
}

export const DRIVER_COLUMNS = [
  'record_id',
  'platform',
  'platform_driver_id',
  'name',
  'resident_id',
  'mobile',
  'plate',
  'plate_colour',
  'residence',
  'household',
  'registered_on',
] as const
export type DriverColumn = (typeof DRIVER_COLUMNS)[number]

const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤单解仇区朴查盖'
const GIVEN =
  '伟强军建国平明华勇杰峰磊涛超刚辉斌鹏飞波鑫宇亮海龙东文志林春生红玉成荣德福永新金贵光俊雷浩宁云山江河庆祥民安兴旺发财宝康健康乐友良善义仁忠孝礼信诚厚广远长久松柏青木水火土石川洋湖岩岭岳泽润清洁冰雪霜晨曦阳星月天地元亨利贞全胜武英雄豪彪虎豹麟凤鸣翔翼博学书诗礼敬恭谦和顺达通敏慧聪颖睿哲思源根本立树培育才艺术科技创业勤奋努力进步前程锦绣丽芳秀兰梅菊莲荷桂香美娟燕霞艳玲琴凤英珍琳娜静淑惠巧'
const HOMOPHONES = [
  '伟炜玮苇',
  '强墙蔷',
  '军君均钧',
  '建健剑键',
  '国郭',
  '平萍苹',
  '明铭鸣',
  '华骅',
  '杰洁捷',
  '峰锋丰枫',
  '涛韬滔',
  '辉晖徽',
  '斌彬宾',
  '鹏朋',
  '飞非',
  '波博',
  '鑫新欣',
  '宇雨羽',
  '亮谅',
  '志智治',
  '林霖琳',
  '春椿',
  '红宏洪鸿',
  '荣容蓉',
  '德得',
  '福富',
  '永勇',
  '俊骏峻',
  '浩昊皓',
  '祥翔详',
  '丽莉利',
  '芳方',
  '英瑛',
  '玲灵铃',
  '李里',
  '张章',
  '陈晨',
  '余于',
  '杨阳',
  '徐许',
]
const LOOK_ALIKES = [
  '伟传',
  '明朋',
  '辉挥',
  '海悔',
  '天夫',
  '王玉',
  '土士',
  '末未',
  '志忘',
  '杨扬',
  '宁字',
  '建健',
  '林材',
  '松枚',
  '晴睛',
]
const TRADITIONAL: Record<string, string> = {
  张: '張',
  刘: '劉',
  陈: '陳',
  杨: '楊',
  赵: '趙',
  吴: '吳',
  马: '馬',
  国: '國',
  伟: '偉',
  军: '軍',
  华: '華',
  东: '東',
  龙: '龍',
  云: '雲',
  丽: '麗',
  红: '紅',
  飞: '飛',
  辉: '輝',
  强: '強',
  刚: '剛',
}
const PLATFORMS = [
  '运满满',
  '货车帮',
  '省省',
  '货拉拉',
  '滴滴货运',
  '快狗打车',
  '路歌',
  '福佑卡车',
  '顺丰同城',
  '中储智运',
]
const PROVINCES = [
  ['32', '苏'],
  ['34', '皖'],
  ['41', '豫'],
  ['37', '鲁'],
  ['33', '浙'],
  ['42', '鄂'],
  ['36', '赣'],
  ['13', '冀'],
  ['51', '川'],
  ['61', '陕'],
  ['43', '湘'],
  ['14', '晋'],
] as const
const HOMES = [
  '320205',
  '320206',
  '320211',
  '320213',
  '320214',
  '320281',
  '320282',
  '320402',
  '320411',
  '320505',
  '320506',
  '320582',
  '320602',
  '321002',
  '321202',
]
const HOME_NAMES: Record<string, string> = {
  320205: '江苏省无锡市锡山区',
  320206: '无锡市惠山区',
  320211: '无锡市滨湖区',
  320213: '无锡梁溪',
  320214: '江苏无锡新吴区',
  320281: '江阴市',
  320282: '宜兴市',
}
const SERIAL = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'
const OCR: Record<string, string> = {
  0: 'D',
  D: '0',
  8: 'B',
  B: '8',
  2: 'Z',
  Z: '2',
  5: 'S',
  S: '5',
  6: 'G',
  G: '6',
  1: 'L',
  U: 'V',
  V: 'U',
}
const COLOURS = ['黄', '黄', '黄', '蓝', '渐变绿', '黄绿'] as const
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

interface Truck {
  readonly plate: string
  readonly colour: string
}

interface Person {
  readonly number: number
  readonly name: string
  readonly id: string
  readonly phones: string[]
  readonly trucks: Truck[]
  readonly residence: string
  readonly household: string
  couple: number
  fleet: number
  fleetPhone: string
}

type Chance = ReturnType<typeof chances>

function chances(seed: number) {
  const generator = xoroshiro128plus(seed)
  const below = (bound: number) => uniformInt(generator, 0, bound - 1)
  return {
    below,
    happens: (perThousand: number) => below(1000) < perThousand,
    pick: <T>(items: ArrayLike<T>): T => items[below(items.length)]!,
    /** Small indexes far more often: names and surnames are not uniform. */
    skewed: (items: string): string => items[Math.floor(items.length * (below(1_000_000) / 1_000_000) ** 2.2)]!,
  }
}

/**
 * Generates drivers as platforms, paper rosters and parks know them: several accounts, typos, homophones, look-alikes,
 * traditional characters, masked rosters, changed and recycled numbers, couples who share phone and truck, relatives with
 * like names, fleets with an office phone and shared trucks. The same seed gives the same records.
 */
export function* generateDrivers(records: number, seed: number): Generator<DriverRecord> {
  const chance = chances(seed)
  let made = 0
  let person = 0
  let unit = 0
  let recycled = ''
  while (made < records) {
    const group = makeGroup(chance, () => ++person, ++unit)
    if (recycled !== '' && chance.happens(30)) group[0]!.phones.push(recycled)
    if (chance.happens(50)) recycled = group[0]!.phones[0]!
    for (const member of group) {
      for (const cells of recordsOf(chance, member, () => ++made)) {
        yield { cells, person: member.number, couple: member.couple, fleet: member.fleet }
        if (made >= records) return
      }
    }
  }
}

function makeGroup(chance: Chance, nextPerson: () => number, unit: number): Person[] {
  const kind = chance.below(1000)
  if (kind < 60) return makeCouple(chance, nextPerson, unit)
  if (kind < 110) return makeRelatives(chance, nextPerson)
  if (kind < 118) return makeFleet(chance, nextPerson, unit)
  return [makePerson(chance, nextPerson())]
}

function makePerson(chance: Chance, number: number, kin?: Person): Person {
  const province = chance.pick(PROVINCES)
  const region = kin
    ? kin.id.slice(0, 6)
    : province[0] + String(1 + chance.below(18)).padStart(2, '0') + String(1 + chance.below(30)).padStart(2, '0')
  const surname = kin ? kin.name[0]! : chance.skewed(SURNAMES)
  const generation = kin && kin.name.length === 3 && chance.happens(500) ? kin.name[1]! : chance.skewed(GIVEN)
  const name = surname + generation + (kin || chance.happens(800) ? chance.skewed(GIVEN) : '')
  const phones = [makePhone(chance)]
  while (chance.happens(250)) phones.push(makePhone(chance))
  const trucks = [makeTruck(chance)]
  if (chance.happens(200)) trucks.push(makeTruck(chance))
  const residence = chance.happens(700) ? chance.pick(HOMES) : region
  return {
    number,
    name,
    id: makeId(chance, region),
    phones,
    trucks,
    residence,
    household: region,
    couple: 0,
    fleet: 0,
    fleetPhone: '',
  }
}

function makeCouple(chance: Chance, nextPerson: () => number, couple: number): Person[] {
  const one = makePerson(chance, nextPerson())
  const other = { ...makePerson(chance, nextPerson()), residence: one.residence, trucks: one.trucks }
  if (chance.happens(400)) other.phones.splice(0, 1, one.phones[0]!)
  else other.phones.push(one.phones[0]!)
  one.couple = couple
  other.couple = couple
  return [one, other]
}

function makeRelatives(chance: Chance, nextPerson: () => number): Person[] {
  const one = makePerson(chance, nextPerson())
  const other = makePerson(chance, nextPerson(), one)
  if (chance.happens(400)) other.trucks.push(one.trucks[0]!)
  if (chance.happens(250)) other.phones.push(one.phones[0]!)
  return [one, other]
}

function makeFleet(chance: Chance, nextPerson: () => number, fleet: number): Person[] {
  const fleetPhone = makePhone(chance)
  const trucks = Array.from({ length: 3 + chance.below(20) }, () => makeTruck(chance))
  return Array.from({ length: 4 + chance.below(40) }, () => {
    const driver = makePerson(chance, nextPerson())
    driver.trucks.splice(0, driver.trucks.length, chance.pick(trucks), chance.pick(trucks))
    return { ...driver, fleet, fleetPhone }
  })
}

function makeId(chance: Chance, region: string): string {
  const born = new Date(
    Date.UTC(1962 + Math.floor((chance.below(40) + chance.below(40)) / 2), 0, 1 + chance.below(365)),
  )
  const digits =
    region + born.toISOString().slice(0, 10).replaceAll('-', '') + String(chance.below(1000)).padStart(3, '0')
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(digits[i]), 0)
  return digits + '10X98765432'[sum % 11]
}

function makePhone(chance: Chance): string {
  return (
    chance.pick([
      '138',
      '139',
      '137',
      '135',
      '136',
      '150',
      '151',
      '152',
      '158',
      '159',
      '182',
      '187',
      '188',
      '130',
      '131',
      '186',
      '133',
      '153',
      '180',
      '189',
      '199',
      '177',
    ]) + String(chance.below(100_000_000)).padStart(8, '0')
  )
}

function makeTruck(chance: Chance): Truck {
  const province = chance.happens(600) ? '苏' : chance.pick(PROVINCES)[1]
  const city = chance.happens(600) ? 'B' : chance.pick('ACDEFGHJ')
  let serial = ''
  for (let i = 0; i < 5; i++) serial += chance.happens(250) ? chance.pick(SERIAL) : String(chance.below(10))
  return { plate: province + city + serial, colour: chance.pick(COLOURS) }
}

function* recordsOf(chance: Chance, person: Person, nextRecord: () => number): Generator<Record<DriverColumn, string>> {
  let count = 1
  while (count < 8 && chance.happens(600)) count++
  for (let i = 0; i < count; i++) {
    const masked = chance.happens(60)
    const fromPark = !masked && chance.happens(200)
    const truck = chance.pick(person.trucks)
    const hasPlate = chance.happens(fromPark ? 950 : 780)
    const year = 2017 + chance.below(9)
    const name = typeName(chance, person.name)
    const id = typeDigits(chance, person.id, 12)
    const phone = person.fleetPhone && chance.happens(200) ? person.fleetPhone : phoneAt(chance, person, year)
    const typedPhone = typeDigits(chance, phone, 10)
    const record = String(nextRecord())
    yield {
      record_id: 'r' + record,
      platform: fromPark ? '' : chance.pick(PLATFORMS),
      platform_driver_id: fromPark || chance.happens(100) ? '' : 'D' + record + chance.below(1000),
      name: masked ? maskName(chance, name) : chance.happens(4) ? name[0] + '师傅' : name,
      resident_id: showId(chance, id, masked, fromPark),
      mobile: showPhone(chance, typedPhone, person, masked),
      plate: hasPlate ? typePlate(chance, truck.plate) : '',
      plate_colour: hasPlate && chance.happens(800) ? truck.colour : '',
      residence: chance.happens(600)
        ? writePlace(chance, chance.happens(900) ? person.residence : chance.pick(HOMES))
        : '',
      household: chance.happens(500) ? person.household : '',
      registered_on: chance.happens(950) ? `${year}-${String(1 + chance.below(12)).padStart(2, '0')}-15` : '',
    }
  }
}

function phoneAt(chance: Chance, person: Person, year: number): string {
  const { phones } = person
  if (phones.length === 1 || chance.happens(150)) return chance.pick(phones)
  return phones[Math.min(phones.length - 1, Math.floor(((year - 2017) * phones.length) / 9))]!
}

function typeName(chance: Chance, name: string): string {
  const at = chance.below(name.length)
  const swap = (groups: readonly string[]) => {
    const others = groups.find((group) => group.includes(name[at]!))?.replace(name[at]!, '')
    return others ? name.slice(0, at) + chance.pick(others) + name.slice(at + 1) : name
  }
  const kind = chance.below(1000)
  if (kind < 40) return swap(HOMOPHONES)
  if (kind < 55) return swap(LOOK_ALIKES)
  if (kind < 60 && name.length === 3) return name[0]! + name[2] + name[1]
  if (kind < 65 && name.length === 3) return name.slice(0, 2)
  if (kind < 80) return Array.from(name, (char) => TRADITIONAL[char] ?? char).join('')
  return kind < 85 ? Array.from(name).join(' ') : name
}

/** One wrong digit or two swapped in `perThousand` of the texts. */
function typeDigits(chance: Chance, digits: string, perThousand: number): string {
  if (!chance.happens(perThousand)) return digits
  const at = chance.below(digits.length - 1)
  if (chance.happens(250)) return digits.slice(0, at) + digits[at + 1] + digits[at] + digits.slice(at + 2)
  return digits.slice(0, at) + chance.below(10) + digits.slice(at + 1)
}

function typePlate(chance: Chance, plate: string): string {
  const kind = chance.below(1000)
  if (kind < 10) {
    const at = 2 + chance.below(plate.length - 2)
    return plate.slice(0, at) + (OCR[plate[at]!] ?? plate[at]) + plate.slice(at + 1)
  }
  return kind < 60 ? plate.slice(0, 2) + '·' + plate.slice(2) : kind < 80 ? plate.toLowerCase() : plate
}

function maskName(chance: Chance, name: string): string {
  return name.length === 3 && chance.happens(600) ? name[0] + '*' + name[2] : name[0] + '*'.repeat(name.length - 1)
}

function showId(chance: Chance, id: string, masked: boolean, fromPark: boolean): string {
  if (masked) return chance.happens(600) ? id.slice(0, 4) + '*'.repeat(10) + id.slice(-4) : ''
  return chance.happens(fromPark ? 980 : 720) ? id : ''
}

function showPhone(chance: Chance, phone: string, person: Person, masked: boolean): string {
  if (masked) return phone.slice(0, 3) + '****' + phone.slice(-4)
  if (chance.happens(20)) return ''
  if (chance.happens(20)) return phone + ';' + chance.pick(person.phones)
  return chance.happens(20) ? '+86 ' + phone : phone
}

function writePlace(chance: Chance, code: string): string {
  return chance.happens(150) ? (HOME_NAMES[code] ?? code) : code
}
