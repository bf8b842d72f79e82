/** Fields whose value never reaches a log, compared without case, `-` and `_`. */
const SECRET = new Set([
  'name',
  'residentid',
  'mobile',
  'phone',
  'plate',
  'password',
  'token',
  'secret',
  'operatorsecret',
  'authorization',
  'cookie',
  'setcookie',
  'sealed',
  'receipt',
])

const HIDDEN = '[hidden]'

/** Ids of 18 or 15 digits, mobile numbers, plates: what may stand in the middle of any text. */
const PATTERNS =
  /(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂]/gu

/**
 * A copy of a value without personal data and secrets, for logs: fields with telling names are hidden whatever they
 * hold, and ids, phones and plates are hidden in every text. Errors keep their name, message and stack, redacted.
 */
export function redact<Value>(value: Value): Value | string {
  return hide(value, new Set()) as Value | string
}

function hide(value: unknown, above: Set<object>): unknown {
  if (typeof value === 'string') return value.replace(PATTERNS, HIDDEN)
  if (typeof value !== 'object' || value === null) return value
  if (above.has(value)) return '[circular]'
  above.add(value)
  try {
    if (Array.isArray(value)) return value.map((item) => hide(item, above))
    if (value instanceof Date) return value
    if (value instanceof Error) return hideError(value, above)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, isSecret(key) ? HIDDEN : hide(item, above)]),
    )
  } finally {
    above.delete(value)
  }
}

function hideError(error: Error, above: Set<object>): object {
  const { name, message, stack, cause } = error
  const code = (error as { code?: unknown }).code
  return {
    type: name,
    message: hide(message, above),
    stack: hide(stack, above),
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: hide(cause, above) }),
  }
}

function isSecret(key: string): boolean {
  return SECRET.has(key.replace(/[-_]/g, '').toLowerCase())
}
