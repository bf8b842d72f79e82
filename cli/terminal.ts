const UPDATE_MS = 100
const UPDATE_WITHOUT_TERMINAL_MS = 10_000

/**
 * What a command is doing, on stderr: one line that is written over on a terminal; elsewhere a line for every step, and
 * one now and then in long steps.
 */
export class Progress {
  private last = 0
  private step = ''
  /** The line of the step as it stands now, whether it was written or not. */
  private line = ''
  private open = false

  /** A new step begins, or the present one has come further. */
  show(step: string, detail = ''): void {
    const fresh = step !== this.step
    const { isTTY } = process.stderr
    if (fresh) this.end()
    this.step = step
    this.line = `${step} ${detail}`.trimEnd()
    const pause = isTTY ? UPDATE_MS : UPDATE_WITHOUT_TERMINAL_MS
    if (!fresh && performance.now() - this.last < pause) return
    this.last = performance.now()
    this.open = isTTY
    process.stderr.write(isTTY ? overwriting(this.line) : `${this.line}\n`)
  }

  /** Ends the line, as far as the step has come. */
  end(): void {
    if (this.open) process.stderr.write(`${overwriting(this.line)}\n`)
    this.open = false
    this.step = ''
  }
}

function overwriting(line: string): string {
  return `\r\u001b[2K${line}`
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
