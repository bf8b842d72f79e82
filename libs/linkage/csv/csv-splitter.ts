const QUOTE = '"'
/** A record longer than this can only be a quote that is never closed. Characters. */
const LONGEST_RECORD = 1 << 24

/** CSV that breaks RFC 4180. */
export class BrokenCsv extends Error {
  override name = 'BrokenCsv'
}

/**
 * Splits CSV text into records, piece by piece: commas, double quotes, lines that end with LF or CRLF; empty lines do not
 * count. Most of a file is lines without a quote, which are cut without looking at their characters one by one.
 */
export class CsvSplitter {
  private rest = ''

  /** The records that are complete after this piece of text; without a piece the text is at its end. */
  push(piece?: string): string[][] {
    const atEnd = piece === undefined
    const text = this.rest + (piece ?? (this.rest === '' ? '' : '\n'))
    const records: string[][] = []
    let start = 0
    let quote = text.indexOf(QUOTE)
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (quote >= 0 && quote < start) quote = text.indexOf(QUOTE, start)
      if (quote >= 0 && quote < end) {
        const record = quotedRecord(text, start)
        if (!record) break
        records.push(record.cells)
        start = record.next
      } else {
        const line = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end)
        if (line !== '') records.push(line.split(','))
        start = end + 1
      }
    }
    this.rest = text.slice(start)
    if (this.rest !== '' && (atEnd || this.rest.length > LONGEST_RECORD)) throw new BrokenCsv('a quote is not closed')
    return records
  }
}

/** Reads one record character by character; undefined when the text ends within it. */
function quotedRecord(text: string, start: number): { cells: string[]; next: number } | undefined {
  const cells: string[] = []
  for (let at = start; ; ) {
    const cell = text[at] === QUOTE ? quotedCell(text, at) : plainCell(text, at)
    if (!cell) return undefined
    cells.push(cell.value)
    if (text[cell.next] === ',') at = cell.next + 1
    else if (text[cell.next] === '\n') return { cells, next: cell.next + 1 }
    else if (text.startsWith('\r\n', cell.next)) return { cells, next: cell.next + 2 }
    else if (cell.next >= text.length - 1) return undefined
    else throw new BrokenCsv('text follows a closing quote')
  }
}

function quotedCell(text: string, start: number): { value: string; next: number } | undefined {
  let close = text.indexOf(QUOTE, start + 1)
  while (close >= 0 && text[close + 1] === QUOTE) close = text.indexOf(QUOTE, close + 2)
  return close < 0 ? undefined : { value: text.slice(start + 1, close).replaceAll('""', QUOTE), next: close + 1 }
}

function plainCell(text: string, start: number): { value: string; next: number } {
  let next = start
  while (next < text.length && text[next] !== ',' && text[next] !== '\n') next++
  if (text[next] === '\n' && text[next - 1] === '\r' && next > start) next--
  const value = text.slice(start, next)
  if (value.includes(QUOTE)) throw new BrokenCsv('a quote stands inside a cell that does not start with one')
  return { value, next }
}
