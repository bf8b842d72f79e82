/** What `node:util` asks an object for when it is printed; by name, so that browsers can load this file too. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * A personal datum whose full text is reached only through `value`: interpolated, serialised, logged or printed it shows
 * its mask. `mask` is protected so that TypeScript tells two kinds of equal shape apart.
 */
export abstract class PersonalText {
  protected constructor(readonly value: string) {}

  protected abstract mask(): string

  equals(other: this): boolean {
    return this.value === other.value
  }

  toString(): string {
    return this.mask()
  }

  toJSON(): string {
    return this.mask()
  }

  [INSPECT](): string {
    return `${this.constructor.name} ${this.mask()}`
  }
}
