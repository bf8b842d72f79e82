/** The columns of a platform's list, as the linkage model names them, and what platforms call them. */
const aliases = {
  platform: ['平台', '平台名称'],
  platform_driver_id: ['司机ID', '司机编号', '账号', '司机账号', '平台司机ID', '用户ID'],
  name: ['姓名', '司机姓名'],
  resident_id: ['身份证号', '身份证', '身份证号码', '证件号码'],
  mobile: ['手机号', '手机', '手机号码', '移动电话', '联系电话', '电话'],
  plate: ['车牌号', '车牌', '车牌号码'],
  plate_colour: ['车牌颜色', 'plate_color'],
  residence: ['常住地', '居住地', '常驻地'],
  household: ['户籍地', '户籍', '户籍所在地'],
  registered_on: ['注册日期', '注册时间', '登记日期'],
} as const

export type Column = keyof typeof aliases

/** What a row says, by column; a column that the list does not have is missing. */
export type Cells = Partial<Record<Column, string>>

const byHeader = new Map(
  (Object.keys(aliases) as Column[]).flatMap((column) =>
    [column, ...aliases[column]].map((name) => [plain(name), column] as const),
  ),
)

/** The column that a header means; undefined for one that the import does not read. */
export function columnOf(header: string): Column | undefined {
  return byHeader.get(plain(header))
}

function plain(header: string): string {
  return header
    .normalize('NFKC')
    .replace(/[\s_\p{Cf}]/gu, '')
    .toLowerCase()
}
