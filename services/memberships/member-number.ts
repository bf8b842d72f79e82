/**
 * The number on a member's card: the union's city (four digits of GB/T 2260), the year, a running number, and a check
 * digit (Luhn, ISO/IEC 7812-1), so that a mistyped number is noticed: `3202-2026-0000017`.
 */
export function memberNumber(serial: number, year: number, city = '3202'): string {
  const digits = `${city}${year}${String(serial).padStart(6, '0')}`
  return `${city}-${year}-${digits.slice(8)}${luhn(digits)}`
}

function luhn(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return (10 - (sum % 10)) % 10
}
