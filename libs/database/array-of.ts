/** An array literal of PostgreSQL for values without special characters: the driver's own quoting costs more. */
export function arrayOf(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`
}
