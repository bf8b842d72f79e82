interface SampleSite {
  id: string
  kind: 'logistics-park' | 'freight-hub' | 'driver-station'
  name: { zh: string; en: string }
  /** GB/T 2260, six digits. */
  division: string
  /** Street (街道) or town (镇), as people write it. */
  street: string
  address: { zh: string; en: string }
  /** The union whose name stands on the poster, by its id in the federation tree. */
  federationId: string
  federationName: { zh: string; en: string }
}

/**
 * Samples to try the system with, loaded on the first start: the kinds of places where the Wuxi campaign puts up its
 * posters, in all its districts. Districts, streets and towns are real; sites and addresses are made up after what is
 * found there, and an administrator replaces them.
 */
export const sampleSites: SampleSite[] = [
  {
    id: '21acde25-1112-4f65-bd0c-6b5700412501',
    kind: 'logistics-park',
    name: { zh: '无锡西站物流园区', en: 'Wuxi West Station Logistics Park' },
    division: '320206',
    street: '洛社镇',
    address: {
      zh: '无锡市惠山区洛社镇西站物流园区大门',
      en: 'Main gate, West Station Logistics Park, Luoshe Town, Huishan District',
    },
    federationId: 'wx-huishan-luoshe-xizhan',
    federationName: {
      zh: '无锡西站物流园区联合工会（样例）',
      en: 'Wuxi West Station Logistics Park Joint Union (sample)',
    },
  },
  {
    id: 'dd03eb6e-a1c8-43d7-8f70-29220f9a519d',
    kind: 'driver-station',
    name: { zh: '惠山堰桥货车司机驿站', en: 'Huishan Yanqiao Drivers’ Station' },
    division: '320206',
    street: '堰桥街道',
    address: { zh: '无锡市惠山区堰桥街道锡澄路旁', en: 'By Xicheng Road, Yanqiao Subdistrict, Huishan District' },
    federationId: 'wx-huishan-freight',
    federationName: {
      zh: '无锡市惠山区道路货运行业工会联合会',
      en: 'Huishan District Road Freight Industry Federation',
    },
  },
  {
    id: '40788dba-1d73-4e71-9274-84197af07d5f',
    kind: 'logistics-park',
    name: { zh: '锡山货运园区', en: 'Xishan Freight Park' },
    division: '320205',
    street: '东亭街道',
    address: {
      zh: '无锡市锡山区东亭街道货运园区服务大厅',
      en: 'Service hall of the freight park, Dongting Subdistrict, Xishan District',
    },
    federationId: 'wx-xishan-freight',
    federationName: {
      zh: '无锡市锡山区道路货运行业工会联合会',
      en: 'Xishan District Road Freight Industry Federation',
    },
  },
  {
    id: '5e391d5e-d5b2-4163-bda0-058de51d82b1',
    kind: 'driver-station',
    name: { zh: '锡山东港货车司机驿站', en: 'Xishan Donggang Drivers’ Station' },
    division: '320205',
    street: '东港镇',
    address: { zh: '无锡市锡山区东港镇锡港路旁', en: 'By Xigang Road, Donggang Town, Xishan District' },
    federationId: 'wx-xishan-donggang',
    federationName: { zh: '无锡市锡山区东港镇总工会', en: 'Donggang Town Federation of Trade Unions, Xishan District' },
  },
  {
    id: '5ffac8e0-d8b2-41c8-a58f-796ea53e0ce3',
    kind: 'logistics-park',
    name: { zh: '硕放空港物流园区', en: 'Shuofang Airport Logistics Park' },
    division: '320214',
    street: '硕放街道',
    address: {
      zh: '无锡市新吴区硕放街道空港园区货运入口',
      en: 'Cargo entrance of the airport park, Shuofang Subdistrict, Xinwu District',
    },
    federationId: 'wx-xinwu-freight',
    federationName: { zh: '无锡市新吴区道路货运行业工会联合会', en: 'Xinwu District Road Freight Industry Federation' },
  },
  {
    id: 'a4fb24e0-356c-4d4a-b6d1-2069aa740a1b',
    kind: 'freight-hub',
    name: { zh: '梁溪山北货运集散地', en: 'Liangxi Shanbei Freight Hub' },
    division: '320213',
    street: '山北街道',
    address: { zh: '无锡市梁溪区山北街道货运市场', en: 'Freight market, Shanbei Subdistrict, Liangxi District' },
    federationId: 'wx-liangxi-newforms',
    federationName: {
      zh: '无锡市梁溪区新就业形态劳动者行业工会联合会',
      en: 'Liangxi District New Forms of Employment Industry Federation',
    },
  },
  {
    id: '2b768109-0246-41e3-8ba9-69041a4e344b',
    kind: 'logistics-park',
    name: { zh: '滨湖胡埭物流园', en: 'Binhu Hudai Logistics Park' },
    division: '320211',
    street: '胡埭镇',
    address: {
      zh: '无锡市滨湖区胡埭镇工业园物流中心',
      en: 'Logistics centre of the industrial park, Hudai Town, Binhu District',
    },
    federationId: 'wx-binhu-hudai-park',
    federationName: { zh: '胡埭物流园联合工会（样例）', en: 'Hudai Logistics Park Joint Union (sample)' },
  },
  {
    id: '880550cc-9099-4503-a491-12ca217924f4',
    kind: 'driver-station',
    name: { zh: '经开区华庄货车司机驿站', en: 'Economic Development District Huazhuang Drivers’ Station' },
    division: '320211',
    street: '华庄街道',
    address: {
      zh: '无锡经济开发区华庄街道停车场',
      en: 'Lorry park, Huazhuang Subdistrict, Wuxi Economic Development District',
    },
    federationId: 'wx-jingkai',
    federationName: { zh: '无锡经济开发区总工会', en: 'Wuxi Economic Development District Federation of Trade Unions' },
  },
  {
    id: '79e4ca0e-f201-42af-8e05-598a08b880a7',
    kind: 'logistics-park',
    name: { zh: '江阴申港港口物流园', en: 'Jiangyin Shengang Port Logistics Park' },
    division: '320281',
    street: '申港街道',
    address: {
      zh: '江阴市申港街道港口物流园货车通道',
      en: 'Lorry lane of the port logistics park, Shengang Subdistrict, Jiangyin',
    },
    federationId: 'wx-jiangyin-freight',
    federationName: { zh: '江阴市道路货运行业工会联合会', en: 'Jiangyin Road Freight Industry Federation' },
  },
  {
    id: '3533147b-c828-4376-857f-8dbd9a533d28',
    kind: 'freight-hub',
    name: { zh: '江阴周庄货运集散地', en: 'Jiangyin Zhouzhuang Freight Hub' },
    division: '320281',
    street: '周庄镇',
    address: { zh: '江阴市周庄镇货运市场', en: 'Freight market, Zhouzhuang Town, Jiangyin' },
    federationId: 'wx-jiangyin-zhouzhuang',
    federationName: { zh: '江阴市周庄镇总工会', en: 'Zhouzhuang Town Federation of Trade Unions, Jiangyin' },
  },
  {
    id: '3107a7d6-3f9c-4de6-9e57-559bbc48bc59',
    kind: 'freight-hub',
    name: { zh: '宜兴屺亭货运集散地', en: 'Yixing Qiting Freight Hub' },
    division: '320282',
    street: '屺亭街道',
    address: { zh: '宜兴市屺亭街道货运市场', en: 'Freight market, Qiting Subdistrict, Yixing' },
    federationId: 'wx-yixing',
    federationName: { zh: '宜兴市总工会', en: 'Yixing Federation of Trade Unions' },
  },
]
