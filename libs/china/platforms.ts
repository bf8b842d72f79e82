import { canonicalText, type Fault, halfWidth, InvalidValue } from './invalid-value.ts'

/** A freight platform. Accounts at two platforms of one operator are one source of evidence, not two. */
export interface Platform {
  readonly code: string
  readonly zh: string
  readonly operator: string
  readonly aliases: readonly string[]
}

/** The platforms that drivers name; extended here as campaigns meet new ones. */
export const platforms: readonly Platform[] = [
  { code: 'yunmanman', zh: '运满满', operator: 'manbang', aliases: ['满帮', 'ymm'] },
  { code: 'huochebang', zh: '货车帮', operator: 'manbang', aliases: ['hcb'] },
  { code: 'shengsheng', zh: '省省', operator: 'manbang', aliases: ['省省回头车'] },
  { code: 'huolala', zh: '货拉拉', operator: 'huolala', aliases: ['lalamove'] },
  { code: 'didi-freight', zh: '滴滴货运', operator: 'didi', aliases: ['滴滴'] },
  { code: 'kuaigou', zh: '快狗打车', operator: 'kuaigou', aliases: ['快狗', 'gogox'] },
  { code: 'luge', zh: '路歌', operator: 'luge', aliases: ['卡友地带'] },
  { code: 'fuyou', zh: '福佑卡车', operator: 'fuyou', aliases: ['福佑'] },
  { code: 'sf-intracity', zh: '顺丰同城', operator: 'sf', aliases: ['顺丰'] },
  { code: 'zczy', zh: '中储智运', operator: 'zczy', aliases: [] },
  { code: 'g7', zh: 'G7易流', operator: 'g7', aliases: ['G7', '易流'] },
  { code: 'other', zh: '其他', operator: 'other', aliases: ['其它'] },
]

const byText = new Map(
  platforms.flatMap((platform) =>
    [platform.code, platform.zh, ...platform.aliases].map((text) => [text.toLowerCase(), platform] as const),
  ),
)

const faults = {
  missing: { code: 'platform.missing', zh: '请选择平台', en: 'Choose the platform' },
  unknown: {
    code: 'platform.unknown',
    zh: '没有这个平台，请从列表中选择，或选“其他”',
    en: 'There is no such platform: choose from the list, or "other"',
  },
} satisfies Record<string, Fault>

/** The platform of a code, a name or an alias; undefined when nobody calls one so. */
export function platformOf(text: string): Platform | undefined {
  return byText.get(halfWidth(text).toLowerCase())
}

export const platformSchema = () =>
  canonicalText((text) => {
    const platform = platformOf(text)
    if (!platform) throw new InvalidValue(faults.unknown)
    return { value: platform.code }
  }, faults.missing)
