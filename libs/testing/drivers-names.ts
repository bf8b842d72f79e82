import type { Random } from './drivers-random.ts'

/**
 * The hundred most frequent surnames, in per mille of the population: approximate, after the statistics that the
 * Ministry of Public Security publishes of the household register.
 */
const SURNAMES: Readonly<Record<string, number>> = {
  ...{ 王: 72.5, 李: 71.9, 张: 68.3, 刘: 53.8, 陈: 45.3, 杨: 30.8, 赵: 22.9, 黄: 22.3, 周: 21.2, 吴: 20.5 },
  ...{ 徐: 16.7, 孙: 15.4, 胡: 13.1, 马: 12.9, 郭: 12.8, 朱: 12.6, 高: 12.1, 何: 11.7, 林: 11.8, 罗: 9.5 },
  ...{ 郑: 9.3, 梁: 8.5, 宋: 8.1, 谢: 7.2, 韩: 6.8, 许: 6.6, 唐: 6.5, 冯: 6.4, 邓: 6.2, 曹: 6.0 },
  ...{ 曾: 5.8, 彭: 5.6, 肖: 5.6, 田: 5.2, 董: 5.1, 袁: 5.0, 潘: 5.0, 于: 4.8, 蒋: 4.7, 蔡: 4.6 },
  ...{ 余: 4.5, 杜: 4.5, 吕: 4.5, 魏: 4.5, 叶: 4.4, 程: 4.3, 苏: 4.2, 丁: 4.2, 任: 4.2, 沈: 4.1 },
  ...{ 姚: 4.0, 卢: 4.0, 姜: 3.9, 钟: 3.8, 谭: 3.8, 崔: 3.7, 陆: 3.7, 汪: 3.6, 范: 3.5, 金: 3.5 },
  ...{ 石: 3.4, 廖: 3.4, 贾: 3.3, 夏: 3.3, 韦: 3.2, 付: 3.2, 方: 3.1, 白: 3.1, 邹: 3.0, 孟: 2.9 },
  ...{ 熊: 2.9, 秦: 2.8, 邱: 2.7, 江: 2.7, 尹: 2.7, 薛: 2.6, 闫: 2.6, 段: 2.5, 雷: 2.5, 侯: 2.4 },
  ...{ 龙: 2.4, 史: 2.3, 陶: 2.2, 黎: 2.2, 贺: 2.2, 顾: 2.1, 毛: 2.1, 郝: 2.1, 龚: 2.1, 邵: 2.1 },
  ...{ 万: 2.0, 钱: 2.0, 严: 1.9, 覃: 1.9, 武: 1.8, 戴: 1.8, 莫: 1.8, 孔: 1.7, 向: 1.7, 汤: 1.7 },
}

type Sex = 'male' | 'female'

/** What parents of a time liked: whole names, and characters of which two make a name. */
interface Fashion {
  readonly single: string
  readonly whole: readonly string[]
  readonly first: string
  readonly last: string
}

/** Given names by sex and decade of birth; after the yearly name reports of the Ministry of Public Security. */
const FASHIONS: Readonly<Record<Sex, Readonly<Record<number, Fashion>>>> = {
  male: {
    1960: {
      single: '军勇伟刚平强明斌',
      whole: '建国 建华 建军 志强 国庆 国强 卫国 卫东 红军 爱国 永强 德明 保国 文革 跃进 新民'.split(' '),
      first: '建国志永德文卫兴宝保金学忠明长',
      last: '华军国民生平林祥根荣福明强才富',
    },
    1970: {
      single: '勇军伟强刚涛斌波辉磊平峰明兵健',
      whole: '志强 建华 建军 海涛 文军 小军 志刚 永刚 红兵 晓东 国平 建平 学军 志勇 海波 建忠 卫星'.split(' '),
      first: '志建国海文永学红小晓春新爱明金立',
      last: '强军华平勇刚涛明林峰波伟斌东生兵',
    },
    1980: {
      single: '伟磊勇涛超强鹏军波杰飞斌亮辉峰刚凯',
      whole: '志强 建波 海龙 晓明 志伟 国栋 文斌 小龙 海峰 俊峰 永亮 晓飞 志鹏 春雷 雪峰 大伟 宝成'.split(' '),
      first: '志海晓小文俊建国永春少立成大宏金',
      last: '伟强鹏飞龙峰涛明亮辉军超波斌杰林',
    },
    1990: {
      single: '杰浩鑫超磊涛帅鹏凯旭阳龙亮宇',
      whole: '俊杰 文杰 志豪 家豪 浩然 世杰 俊峰 文浩 子豪 嘉伟 宏伟 天宇 晓龙 明杰 振宇 海洋'.split(' '),
      first: '俊文志家浩子明世天嘉振宏海晓梓',
      last: '杰豪宇浩伟鹏辉轩龙峰鑫阳涛超凯',
    },
  },
  female: {
    1960: {
      single: '英萍霞红珍芳兰',
      whole: '秀英 桂英 玉兰 秀兰 玉梅 桂兰 秀珍 凤英 玉珍 建英 红英 美华'.split(' '),
      first: '秀桂玉凤美红春金',
      last: '英兰珍梅芳华萍琴',
    },
    1970: {
      single: '丽艳敏芳静霞燕红娟玲梅',
      whole: '秀英 海燕 红霞 桂芳 春梅 小红 建芳 爱华 丽娟 玉霞 晓红 秀芳'.split(' '),
      first: '丽红海春小晓玉秀爱桂',
      last: '霞芳梅燕华萍娟玲琴英',
    },
    1980: {
      single: '静丽娟艳燕敏娜芳丹玲婷',
      whole: '丽娟 海燕 晓燕 婷婷 丽丽 小燕 丹丹 艳丽 晓丽 春燕 雪梅 丽萍'.split(' '),
      first: '晓丽海小春艳雪文玉',
      last: '燕丽娟敏萍霞梅婷静娜',
    },
    1990: {
      single: '静敏婷丹雪倩艳悦娟颖',
      whole: '婷婷 雨婷 佳怡 欣怡 晓雪 思雨 梦婷 文静 雅婷 雪莹 佳慧 倩倩'.split(' '),
      first: '雨佳欣思梦雅晓文诗',
      last: '婷怡雪静莹慧欣悦琪',
    },
  },
}

/** Characters of real names that many fonts and old systems lack; 𠮷 needs two UTF-16 units. */
export const RARE_CHARACTERS = ['䶮', '㛃', '龑', '骉', '𠮷'] as const

const UYGHUR = {
  male: '阿卜杜拉 买买提 艾合买提 吐尔逊 玉山江 阿布力孜 库尔班 依明 热合曼 卡哈尔 艾尼瓦尔 吾斯曼 努尔买买提 阿不都热依木'.split(
    ' ',
  ),
  female: '阿依古丽 古丽娜尔 帕提古丽 热依汗 阿米娜 祖丽胡玛尔'.split(' '),
}
const TIBETAN = '扎西次仁 多吉才让 次旦平措 格桑顿珠 洛桑 丹增旺堆 索南达杰 尼玛'.split(' ')
const HUI_SURNAMES = ['马', '马', '马', '丁', '白', '杨', '李']

export type People = 'han' | 'hui' | 'uyghur' | 'tibetan'

export interface NameWishes {
  readonly sex: Sex
  readonly birthYear: number
  readonly people: People
  /** Family to be born into; by frequency when absent. */
  readonly surname?: string
  /** The generation's character (字辈) that siblings and cousins share. */
  readonly generation?: string
}

/** A name as it stands in the household register, with the parts that relatives share. */
export function makeName(random: Random, wishes: NameWishes): { name: string; surname: string; generation: string } {
  const { sex, birthYear, people } = wishes
  if (people === 'uyghur') {
    const [given, father] = [random.pick(UYGHUR[sex]), random.pick(UYGHUR.male)]
    return { name: `${given}·${father}`, surname: father, generation: '' }
  }
  if (people === 'tibetan') return { name: random.pick(TIBETAN), surname: '', generation: '' }
  const surname = wishes.surname ?? (people === 'hui' ? random.pick(HUI_SURNAMES) : random.weighted(SURNAMES))
  const decade = Math.min(1990, Math.max(1960, Math.floor(birthYear / 10) * 10))
  const { single, whole, first, last } = FASHIONS[sex][decade]!
  if (random.chance(0.01)) {
    const rare = random.pick(RARE_CHARACTERS)
    const given = random.chance(0.5) ? rare : `${random.pick([...first])}${rare}`
    return { name: surname + given, surname, generation: '' }
  }
  if (wishes.generation) {
    return { name: `${surname}${wishes.generation}${random.pick([...last])}`, surname, generation: wishes.generation }
  }
  if (random.chance(birthYear < 1990 ? 0.35 : 0.2)) {
    return { name: surname + random.pick([...single]), surname, generation: '' }
  }
  if (random.chance(0.3)) {
    const given = random.pick(whole)
    return { name: surname + given, surname, generation: [...given][0]! }
  }
  const generation = random.pick([...first])
  return { name: `${surname}${generation}${random.pick([...last])}`, surname, generation }
}
