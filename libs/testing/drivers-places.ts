import type { Random } from './drivers-random.ts'

/**
 * Where truck drivers at Wuxi's parks come from: counties by province (GB/T 2260), each with the abolished codes that
 * still stand in ids that were first issued before the county was moved or renamed (check).
 */
const COUNTIES = {
  wuxi: `320205:320222,320283 320206:320222,320283 320211 320213:320202,320203,320204 320214 320281:320219
    320282:320223`,
  jiangsu: `321322 321323 321324 320324 320381:320326 320382:320325 320321 320322 320722 320723 320724 320826 320830
    320921 320922 320923 320924 320925 320981 321023 321084 321281 321282:321024 321283:321025 320581 320582 320623
    320681 320682 320481`,
  anhui: `341321:342221 341322:342222 341323:342224 341324:342225 341221 341222 341225:342127 341226:342128
    341621:342123 341622:342124 341623:342130 341522:342423 341523:342425 341524 340122 340123 340124 340181 340321
    340322 340323 340422 340621 341125 341126 341182 341821`,
  henan: `411621:412721 411622:412722 411623:412723 411624:412728 411625:412726 411627:412724 411628:412725
    411421:412323 411422:412325 411423:412324 411424:412327 411425:412321 411426:412326 411481:412328
    411722:412825 411723:412827 411724:412829 411726:412822 411727:412826 411729:412828 411525:413026 411527 410225
    410526 410926 410928 411024 411081 411328 411329 411381`,
  shandong:
    '370826 370829 370832 370883 371321 371322 371323 371324 371325 371326 371721 371722 371724 371725 371521 371525',
  jiangxi: '360983 360981 360982 360922 360924 360731 360732 361127 361128 360426',
  hubei: '420682 420683 420881 420982 421022 421126 421127 421181 421381',
  hebei: '130426 130427 130434 130435 130923 130929 131024 131122',
  shanxi: '140581 140882 140981 141024 141125 141181',
  sichuan: '510623 510722 511321 511322 511621 511722 511725 511922',
  shaanxi: '610323 610424 610431 610723 610724',
  gansu: '620522 620523 621022 621027 621225',
  liaoning: '210726 210782 211322 211381',
} as const

type Province = keyof typeof COUNTIES

const SHARES: Readonly<Record<Province, number>> = {
  ...{ wuxi: 20, jiangsu: 24, anhui: 17, henan: 15, shandong: 8, jiangxi: 4, hubei: 3, hebei: 2, shanxi: 1.5 },
  ...{ sichuan: 2, shaanxi: 1.5, gansu: 1, liaoning: 1 },
}

const HUI_COUNTIES = ['640324', '640381', '640422', '640425', '620525', '622924', '130930']
const UYGHUR_COUNTIES = ['652901', '652922', '653101', '653125', '653130', '653201', '653222']
const TIBETAN_COUNTIES = ['540102', '540121', '540222', '540228']

/** Streets and towns of Wuxi's districts where drivers live, by district, with how many live there. */
const STREETS: Readonly<Record<string, readonly string[]>> = {
  320205: ['东亭街道', '安镇街道', '东北塘街道', '东港镇'],
  320206: ['堰桥街道', '长安街道', '洛社镇', '洛社镇'],
  320211: ['胡埭镇', '华庄街道', '太湖街道'],
  320213: ['山北街道', '广益街道', '黄巷街道'],
  320214: ['硕放街道', '梅村街道', '江溪街道'],
  320281: ['申港街道', '周庄镇', '澄江街道'],
  320282: ['屺亭街道', '宜城街道'],
}
const DISTRICTS = { 320205: 18, 320206: 22, 320211: 10, 320213: 14, 320214: 14, 320281: 14, 320282: 8 }

/** Neighbouring cities where drivers live who work through Wuxi. */
const NEIGHBOURS = ['320581', '320582', '320583', '320412', '321282', '321283', '320506']

/** Cities and provinces that trucks from Wuxi run to. */
const ROUTES =
  '310000 320100 320300 320500 320600 330100 330200 330700 340100 370100 370200 410100 420100 440100 500000'.split(' ')

export interface Home {
  /** Where the id was first issued: a code of its time. */
  readonly issuedAt: string
  /** Where the household is registered today. */
  readonly household: string
  readonly residence: string
  readonly residenceStreet: string | null
}

export function makeHome(random: Random, people: 'han' | 'hui' | 'uyghur' | 'tibetan'): Home {
  const [household, former] = originOf(random, people)
  const issuedAt = former.length > 0 && random.chance(0.6) ? random.pick(former) : household
  const native = household in DISTRICTS
  if (native || random.chance(0.8)) {
    const residence = native && random.chance(0.9) ? household : random.weighted(DISTRICTS)
    return { issuedAt, household, residence, residenceStreet: random.pick(STREETS[residence]!) }
  }
  const residence = random.chance(0.5) ? household : random.pick(NEIGHBOURS)
  return { issuedAt, household, residence, residenceStreet: null }
}

/** The usual routes: none to four areas. */
export function makeRoutes(random: Random): string[] {
  return random.shuffled(ROUTES).slice(0, random.integer(0, 4))
}

function originOf(random: Random, people: 'han' | 'hui' | 'uyghur' | 'tibetan'): [string, string[]] {
  if (people === 'hui') return [random.pick(HUI_COUNTIES), []]
  if (people === 'uyghur') return [random.pick(UYGHUR_COUNTIES), []]
  if (people === 'tibetan') return [random.pick(TIBETAN_COUNTIES), []]
  const counties = COUNTIES[random.weighted(SHARES)].split(/\s+/)
  const [code, former] = random.pick(counties).split(':')
  return [code!, former?.split(',') ?? []]
}
