/** Fields with personal data, compared without case, `-` and `_`. */
const PERSONAL = new Set([
  ...['name', 'fullname', 'drivername', 'realname', 'residentid', 'idnumber', 'idcard', 'openid', 'unionid'],
  ...['mobile', 'mobilenumber', 'phone', 'phonenumber', 'plate', 'platenumber', 'sealed', 'receipt'],
])

/** What a field with a secret has in its name, compared likewise: `setCookie`, `operatorSecret`, `FIELD_KEYS`. */
const SECRET = /password|token|secret|authorization|cookie|(field|blind|api|private)keys?$/

const HIDDEN = '[hidden]'

const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
const LETTER = 'A-HJ-NP-Za-hj-np-z'

/** Not within a longer number, nor among the decimals of a measured time. */
const START = '(?<!\\d|\\d\\.)'

/** What may stand in the middle of any text, however it is spaced out. UUIDs are kept: their digits can look alike. */
const PATTERNS = new RegExp(
  [
    '(?<uuid>\\b[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}\\b)',
    `${START}\\d{6}[ -]?\\d{8}[ -]?\\d{3}[\\dXx](?!\\d)`, // resident id
    `${START}\\d{15}(?!\\d)`, // resident id of before 1999
    `${START}(?:(?:\\+|00)?86[ -]?)?1[3-9]\\d[ -]?\\d{4}[ -]?\\d{4}(?!\\d)`, // mobile number
    `[${PROVINCES}][${LETTER}][ ·•.-]?[${LETTER}\\d]{4,5}[${LETTER}\\d挂]`, // plate
    '(?<=://)[^\\s/@]+(?=@)', // user and password of an address
  ].join('|'),
  'gu',
)

/** No smaller number is a phone or an id. */
const LEAST_MOBILE = 13_000_000_000

/** Most texts hold nothing of all this, which is seen faster than the patterns are tried. */
const SUSPECT = new RegExp(`\\d{4}|[${PROVINCES}]|://`)

/**
 * A copy of a value without personal data and secrets, for logs. Fields with telling names are hidden whatever they
 * hold; resident ids, phones, plates and passwords in addresses are hidden in every text. Names of people can't be told
 * from other words: never write one into a text. Values that have a `toJSON` show what it gives; errors keep type,
 * message, stack, code, cause and the errors they gather, but no further fields: those of a database error quote rows.
 */
export function redact<Value>(value: Value): Value | string {
  return hide(value, new Set()) as Value | string
}

function hide(value: unknown, above: Set<object>): unknown {
  if (typeof value === 'string') return hideInText(value)
  if (typeof value === 'number') return value >= LEAST_MOBILE && hideInText(`${value}`) === HIDDEN ? HIDDEN : value
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (above.has(value)) return '[circular]'
  above.add(value)
  const hidden = hideObject(value, above)
  above.delete(value)
  return hidden
}

function hideObject(value: object, above: Set<object>): unknown {
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (item) => hide(item, above))
  if (value instanceof Error) return hideError(value, above)
  if ('toJSON' in value && typeof value.toJSON === 'function') return hide(value.toJSON(), above)
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, item]) => [hideInText(String(key)), isHidden(String(key)) ? HIDDEN : hide(item, above)]),
  )
}

function hideError(error: Error, above: Set<object>): object {
  const { name, message, stack, cause, code, errors } = error as Error & { code?: unknown; errors?: unknown }
  // Errors of SQLSTATE class 22 quote the value that did not fit, which may be a name.
  const quotes = /^22/.test(String(code))
  const shown = (text = '') => hideInText(quotes ? text.replace(/".*"/s, HIDDEN) : text)
  return {
    type: name,
    message: shown(message),
    stack: shown(stack),
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: hide(cause, above) }),
    ...(errors === undefined ? {} : { errors: hide(errors, above) }),
  }
}

function hideInText(text: string): string {
  if (!SUSPECT.test(text)) return text
  return text.replace(PATTERNS, (match, uuid?: string) => (uuid === undefined ? HIDDEN : match))
}

function isHidden(key: string): boolean {
  const plain = key.replace(/[-_]/g, '').toLowerCase()
  return PERSONAL.has(plain) || SECRET.test(plain)
}
