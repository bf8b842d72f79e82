import { InvalidArgumentError } from 'commander'

/** Takes the whole numbers from `least` to `most` as values of an option. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(
      most === Number.MAX_SAFE_INTEGER
        ? `应为不小于 ${least} 的整数 a whole number of at least ${least}`
        : `应为 ${least} 到 ${most} 的整数 a whole number from ${least} to ${most}`,
    )
  }
}

/** Takes the numbers from 0 to 1 as values of an option. */
export function share(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('应为 0 到 1 之间的数 a number from 0 to 1')
}
