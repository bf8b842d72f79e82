import type { FederationRow, Industry } from './federation-tree.ts'
import { wuxiStreets } from './wuxi-streets.ts'

const everyIndustry: Industry[] = ['road-freight', 'ride-hailing', 'express-delivery', 'food-delivery']

const defaults = {
  kind: 'general-union',
  place: null,
  division: null,
  formerDivisions: [],
  platePrefixes: [],
  admitsMembers: true,
  industries: everyIndustry,
  platforms: [],
  sample: false,
} satisfies Partial<FederationRow>

const provinceAndCity: FederationRow[] = [
  {
    ...defaults,
    id: 'js',
    parentId: null,
    name: { zh: '江苏省总工会', en: 'Jiangsu Federation of Trade Unions' },
    level: 'province',
    place: { zh: '江苏省', en: 'Jiangsu' },
    division: '320000',
    admitsMembers: false,
  },
  {
    ...defaults,
    id: 'wx',
    parentId: 'js',
    name: { zh: '无锡市总工会', en: 'Wuxi Federation of Trade Unions' },
    level: 'city',
    place: { zh: '无锡市', en: 'Wuxi' },
    division: '320200',
    platePrefixes: ['苏B'],
    admitsMembers: false,
  },
  {
    ...defaults,
    id: 'wx-freight',
    parentId: 'wx',
    name: { zh: '无锡市道路货运行业工会联合会', en: 'Wuxi Road Freight Industry Federation' },
    kind: 'industry-federation',
    level: 'city',
    industries: ['road-freight'],
  },
  {
    ...defaults,
    id: 'wx-newforms',
    parentId: 'wx',
    name: { zh: '无锡市新就业形态劳动者行业工会联合会', en: 'Wuxi New Forms of Employment Industry Federation' },
    kind: 'industry-federation',
    level: 'city',
  },
]

interface District {
  id: string
  /** 滨湖区, without the city; the county-level cities stand for themselves. */
  place: { zh: string; en: string }
  fullName: string
  division: string | null
  formerDivisions?: string[]
  /** Whether there is a road freight federation that admits drivers. */
  freight: boolean
  /** Whether the new-forms federation admits people itself; where not, it only coordinates the streets and towns. */
  newFormsAdmits: boolean
}

const districts: District[] = [
  {
    id: 'wx-liangxi',
    place: { zh: '梁溪区', en: 'Liangxi District' },
    fullName: '无锡市梁溪区',
    division: '320213',
    // 崇安区, 南长区 and 北塘区 became 梁溪区 in 2015
    formerDivisions: ['320202', '320203', '320204'],
    freight: false,
    newFormsAdmits: true,
  },
  {
    id: 'wx-xishan',
    place: { zh: '锡山区', en: 'Xishan District' },
    fullName: '无锡市锡山区',
    division: '320205',
    freight: true,
    newFormsAdmits: true,
  },
  {
    id: 'wx-huishan',
    place: { zh: '惠山区', en: 'Huishan District' },
    fullName: '无锡市惠山区',
    division: '320206',
    freight: true,
    newFormsAdmits: true,
  },
  {
    id: 'wx-binhu',
    place: { zh: '滨湖区', en: 'Binhu District' },
    fullName: '无锡市滨湖区',
    division: '320211',
    freight: false,
    newFormsAdmits: false,
  },
  {
    id: 'wx-jingkai',
    place: { zh: '无锡经开区', en: 'Wuxi Economic Development District' },
    fullName: '无锡经济开发区',
    division: null,
    freight: false,
    newFormsAdmits: true,
  },
  {
    id: 'wx-xinwu',
    place: { zh: '新吴区', en: 'Xinwu District' },
    fullName: '无锡市新吴区',
    division: '320214',
    freight: true,
    newFormsAdmits: true,
  },
  {
    id: 'wx-jiangyin',
    place: { zh: '江阴市', en: 'Jiangyin' },
    fullName: '江阴市',
    division: '320281',
    // 江阴县 until 1987
    formerDivisions: ['320221'],
    freight: true,
    newFormsAdmits: true,
  },
  {
    id: 'wx-yixing',
    place: { zh: '宜兴市', en: 'Yixing' },
    fullName: '宜兴市',
    division: '320282',
    // 宜兴县 until 1988
    formerDivisions: ['320223'],
    freight: false,
    newFormsAdmits: false,
  },
]

function districtUnions(district: District): FederationRow[] {
  const { id, place, fullName, division, formerDivisions = [] } = district
  const industryFederation = { ...defaults, parentId: id, kind: 'industry-federation', level: 'district' } as const
  const unions: FederationRow[] = [
    {
      ...defaults,
      id,
      parentId: 'wx',
      name: { zh: `${fullName}总工会`, en: `${place.en} Federation of Trade Unions` },
      level: 'district',
      place,
      division,
      formerDivisions,
    },
    {
      ...industryFederation,
      id: `${id}-newforms`,
      name: {
        zh: `${fullName}新就业形态劳动者行业工会联合会`,
        en: `${place.en} New Forms of Employment Industry Federation`,
      },
      admitsMembers: district.newFormsAdmits,
    },
  ]
  if (district.freight) {
    unions.push({
      ...industryFederation,
      id: `${id}-freight`,
      name: { zh: `${fullName}道路货运行业工会联合会`, en: `${place.en} Road Freight Industry Federation` },
      industries: ['road-freight'],
    })
  }
  return unions
}

function streetUnions(district: District): FederationRow[] {
  const streets = wuxiStreets.find((list) => list.districtId === district.id)?.streets ?? []
  return streets.map(([division, zh, pinyin]) => {
    const en = `${pinyin} ${zh.endsWith('镇') ? 'Town' : 'Subdistrict'}`
    return {
      ...defaults,
      id: `${district.id}-${pinyin.toLowerCase().replace('’', '')}`,
      parentId: district.id,
      name: { zh: `${district.fullName}${zh}总工会`, en: `${en} Federation of Trade Unions, ${district.place.en}` },
      level: 'street',
      place: { zh, en },
      division,
    }
  })
}

const sampleUnion = {
  ...defaults,
  kind: 'joint-grassroots',
  level: 'enterprise',
  industries: ['road-freight'],
  sample: true,
} satisfies Partial<FederationRow>

/** Invented, to show how a platform's or a park's own union is entered; an administrator replaces them by real ones. */
const sampleUnions: FederationRow[] = [
  {
    ...sampleUnion,
    id: 'wx-freight-manbang',
    parentId: 'wx-freight',
    name: { zh: '满帮平台无锡货车司机联合工会（样例）', en: 'Full Truck Alliance Drivers’ Union, Wuxi (sample)' },
    platforms: ['yunmanman', '运满满', 'huochebang', '货车帮', 'shengsheng', '省省'],
  },
  {
    ...sampleUnion,
    id: 'wx-newforms-huolala',
    parentId: 'wx-newforms',
    name: { zh: '货拉拉无锡司机联合工会（样例）', en: 'Lalamove Drivers’ Union, Wuxi (sample)' },
    platforms: ['huolala', '货拉拉'],
  },
  {
    ...sampleUnion,
    id: 'wx-huishan-luoshe-xizhan',
    parentId: 'wx-huishan-luoshe',
    name: { zh: '无锡西站物流园区联合工会（样例）', en: 'Wuxi West Station Logistics Park Joint Union (sample)' },
  },
  {
    ...sampleUnion,
    id: 'wx-binhu-hudai-park',
    parentId: 'wx-binhu-hudai',
    name: { zh: '胡埭物流园联合工会（样例）', en: 'Hudai Logistics Park Joint Union (sample)' },
  },
]

/**
 * The unions of Wuxi as loaded on the first start; afterwards an administrator keeps them. The territorial unions follow
 * the city's real districts, streets and towns (wuxi-streets.ts), and the two city industry federations are those of the
 * campaign. Which district has a road freight federation, and which federations admit people themselves, is assumed:
 * check with the city union. Rows with `sample: true` are invented.
 */
export const wuxiFederations: FederationRow[] = [
  ...provinceAndCity,
  ...districts.flatMap(districtUnions),
  ...districts.flatMap(streetUnions),
  ...sampleUnions,
]
