/** A normalised value that a comparator can read. */
export interface Value {
  readonly text: string
}

/** How the values of a field are cleaned, read, and cut into parts for blocking keys and term frequencies. */
export interface FieldType<V extends Value = Value> {
  /**
   * The canonical text of a raw value, or '' when it says nothing. Idempotent. `companion` is the value of the field's
   * companion column (a phone's date, a plate's colour, an account's platform), '' when there is none.
   */
  normalise(raw: string, companion: string): string
  /** Reads a canonical text. */
  read(text: string): V
  /** The texts of a named part of a value, [] when the value does not show it; undefined for an unknown part. */
  part(name: string, value: V): readonly string[] | undefined
}

/** How two values of a field are compared. */
export interface Comparator<V extends Value = Value> {
  /** The field types it reads; empty: any. */
  readonly accepts: readonly string[]
  /** The grades from best to worst, or the kind of number that `compare` gives. */
  readonly outcome: readonly string[] | 'similarity' | 'distance'
  /** Index of the grade, or the similarity or distance. Symmetric. */
  compare(a: V, b: V): number
}

/** NFKC, no zero-width or control characters, single spaces, trimmed. */
export function cleanText(raw: string): string {
  if (/^[\x21-\x7e]*$/.test(raw)) return raw
  return raw
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Cc}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Mask signs of rosters (＊ x ● █ and the like are written for *) as `*`. */
export function unifyMasks(text: string): string {
  return text.replace(/[●█■□×＊•※?]/g, '*')
}
