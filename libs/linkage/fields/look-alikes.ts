/** Characters of names that eyes, handwriting and OCR confuse and that do not sound alike. Each line is one group. */
const GROUPS =
  '己已巳 未末 土士 日曰 戊戌戍 王玉 干千于 大太犬 天夫无 人入 八人 刀力 李季 杨扬 汤扬 陈阵 徐余涂 周同 ' +
  '朱末 宋宗 冯马 吴昊 晴睛 俊峻 伟传 辉挥 明朋 丽两 华毕 建健 洪供 海悔 玲珍 宁字 军车 冬东 广厂 平乎 ' +
  '清请 波泼 良艮 启后 贵责 祥详 春舂 艳绝 晓哓 瑞端 荣莱 崇祟 茂芪 德得 志忘 忠思 秀季 坤绅 岳兵 昌曰 ' +
  '兴共 利刹 刚则 芳劳 英莫 红江 龙尤 凤风 飞气 林材 森淼 松枚 柏拍 桂挂 梅悔 楠喃 栋拣 涛祷 浩洁 淑椒 ' +
  '润闰 泽择 炎淡 炳柄 煜焜 勇男 努怒 卫工 亚业 孙孔 申甲由 田由 电甩 白自 石右 禾木 史吏 旦且 贝见 ' +
  '均钧 钢纲 铭酩 锋峰蜂 银根 镇填 雷雪 霞露 韦书 顺须 项顶 颖颍 魁魅 鸣呜 彬杉 彪虎 彦产 庆厌 延廷 ' +
  '会合 侯候 佳住 信倌 储诸 兰三 凡几 卓早 博搏 友反 同问 喜善 国固 圣怪 培陪 娟捐 宇字 安按 宏宠 家冢'

const groupsOf = new Map<string, Set<number>>()
GROUPS.split(' ').forEach((group, index) => {
  for (const char of group) groupsOf.set(char, (groupsOf.get(char) ?? new Set()).add(index))
})

/** True when two different characters are easily taken for one another by sight. */
export function lookAlike(a: string, b: string): boolean {
  const groups = groupsOf.get(a)
  const others = groupsOf.get(b)
  if (!groups || !others) return false
  for (const group of groups) if (others.has(group)) return true
  return false
}
