import { damerauLevenshtein, jaroWinkler } from './edit-distance.ts'
import { type Comparator, cleanText, type FieldType } from './field-type.ts'

/** Any text; case does not matter. Parts: `value`, `start-N`, `end-N` (N characters; shorter values have none). */
export const textField: FieldType = {
  normalise: (raw) => cleanText(raw).toLowerCase(),
  read: (text) => ({ text }),
  part: (name, value) => textPart(name, value.text),
}

function textPart(name: string, text: string): readonly string[] | undefined {
  if (name === 'value') return [text]
  const cut = /^(start|end)-(\d)$/.exec(name)
  if (!cut) return undefined
  const length = Number(cut[2])
  if (text.length < length) return []
  return [cut[1] === 'start' ? text.slice(0, length) : text.slice(-length)]
}

/** Texts agree or not. */
export const exact: Comparator = {
  accepts: [],
  outcome: ['equal', 'different'],
  compare: (a, b) => (a.text === b.text ? 0 : 1),
}

/** Number of edits; see {@link damerauLevenshtein}. */
export const editDistance: Comparator = {
  accepts: [],
  outcome: 'distance',
  compare: (a, b) => damerauLevenshtein(a.text, b.text),
}

/** See {@link jaroWinkler}. */
export const similarity: Comparator = {
  accepts: [],
  outcome: 'similarity',
  compare: (a, b) => jaroWinkler(a.text, b.text),
}

/** Share of common words, or items between commas or semicolons, of two texts (Jaccard). */
export const words: Comparator = {
  accepts: ['text'],
  outcome: 'similarity',
  compare(a, b) {
    const wordsA = new Set(a.text.split(/[\s,;]+/))
    const wordsB = new Set(b.text.split(/[\s,;]+/))
    let common = 0
    for (const word of wordsA) if (wordsB.has(word)) common++
    return common / (wordsA.size + wordsB.size - common)
  },
}
