const UPDATE_MS = 100
const UPDATE_WITHOUT_TERMINAL_MS = 10_000

/**
 * What a command is doing, on stderr: one line that is written over on a terminal; elsewhere a line for every step, and
 * one now and then in long steps.
 */
export class Progress {
  private last = 0
  private step = ''
  private open = false

  /** A new step begins, or the present one has come further. */
  show(step: string, detail = ''): void {
    const fresh = step !== this.step
    this.step = step
    const { isTTY } = process.stderr
    const pause = isTTY ? UPDATE_MS : UPDATE_WITHOUT_TERMINAL_MS
    if (!fresh && performance.now() - this.last < pause) return
    this.last = performance.now()
    const line = `${step} ${detail}`.trimEnd()
    if (!isTTY) {
      process.stderr.write(`${line}\n`)
      return
    }
    process.stderr.write(`${fresh && this.open ? '\n' : ''}\r\u001b[2K${line}`)
    this.open = true
  }

  /** Ends the line. */
  end(): void {
    if (this.open) process.stderr.write('\n')
    this.open = false
    this.step = ''
  }
}

/** Rows with their columns one below the other; Chinese characters are two columns wide. The first column is text. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = ' '.repeat(widths[column]! - width(cell))
          return column === 0 ? cell + padding : padding + cell
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function width(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + (/[\u1100-\u115f\u2e80-\uffe6\u{20000}-\u{3ffff}]/u.test(character) ? 2 : 1),
    0,
  )
}
