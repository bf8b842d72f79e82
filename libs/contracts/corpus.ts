import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { definitionOf } from './catalogue.ts'
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts'

/** A published version of an event: what its data looked like, and data as it was published. */
export interface Specimen {
  readonly type: string
  readonly version: number
  readonly schema: JsonSchema
  readonly examples: readonly Record<string, unknown>[]
}

const DIGESTS = 'digests.json'

/**
 * Every event version that was ever published, frozen: `<type>.v<version>.json` and the digests of these files. Only
 * the examples of a new version are written by hand; {@link Corpus.freeze} adds the rest, once.
 */
export class Corpus {
  constructor(private readonly folder: string) {}

  /** All versions, also those without a schema yet. */
  all(): Specimen[] {
    return this.names().map((name) => {
      const [, type, version] = /^(.+)\.v(\d+)\.json$/.exec(name) ?? []
      if (!type) throw new Error(`${name} is no <type>.v<version>.json`)
      return { type, version: Number(version), ...this.content(name) }
    })
  }

  /** What was changed since it was frozen, or is not frozen yet, in sentences. */
  faults(): string[] {
    const digests = this.digests()
    const names = this.names()
    return [
      ...Object.keys(digests)
        .filter((name) => !names.includes(name))
        .map((name) => `${name} is gone: a published version stays for ever`),
      ...names.flatMap((name) => {
        if (!digests[name]) return [`${name} is not frozen yet: run npm run contracts`]
        return digests[name] === digestOf(this.content(name))
          ? []
          : [`${name} was changed: a published version never changes, make a new version`]
      }),
    ]
  }

  /** Gives new files today's schema and writes down their digests; what is frozen stays as it is. */
  freeze(): string[] {
    const digests = this.digests()
    const added = this.names().filter((name) => !digests[name])
    for (const { type, version, examples } of this.all()) {
      const name = `${type}.v${version}.json`
      if (!added.includes(name)) continue
      if (definitionOf(type).version !== version) throw new Error(`${name}: ${type} has another version today`)
      const content = { schema: jsonSchemaOf(definitionOf(type)), examples }
      this.write(name, content)
      digests[name] = digestOf(content)
    }
    if (added.length > 0) this.write(DIGESTS, Object.fromEntries(Object.entries(digests).sort()))
    return added
  }

  private names(): string[] {
    return readdirSync(this.folder)
      .filter((name) => name !== DIGESTS)
      .sort()
  }

  private content(name: string): Pick<Specimen, 'schema' | 'examples'> {
    return JSON.parse(readFileSync(join(this.folder, name), 'utf8'))
  }

  private digests(): Record<string, string> {
    const file = join(this.folder, DIGESTS)
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  }

  private write(name: string, content: unknown): void {
    writeFileSync(join(this.folder, name), `${JSON.stringify(content, null, 2)}\n`)
  }
}

/** Of the content and not of the bytes: line ends depend on the checkout. */
function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

/**
 * What of `today` differs from `frozen` otherwise than by a new optional field; each as `<place>: <what>`. Stricter than
 * the meaning of JSON Schema on purpose: a wider enum, too, surprises readers of the published version.
 */
export function breakingChanges(frozen: unknown, today: unknown, place = 'data'): string[] {
  if (!isObject(frozen) || !isObject(today)) {
    return isDeepStrictEqual(frozen, today) ? [] : [`${place}: ${JSON.stringify(frozen)} → ${JSON.stringify(today)}`]
  }
  return [...new Set([...Object.keys(frozen), ...Object.keys(today)])].flatMap((keyword) => {
    const [before, after] = [frozen[keyword], today[keyword]]
    if (keyword === 'properties' && isObject(before) && isObject(after)) return fieldChanges(before, after, place)
    if (keyword === 'required' && Array.isArray(before) && Array.isArray(after)) {
      return breakingChanges(before.toSorted(), after.toSorted(), `${place} required`)
    }
    return breakingChanges(before, after, `${place} ${keyword}`)
  })
}

function fieldChanges(before: JsonSchema, after: JsonSchema, place: string): string[] {
  return Object.keys(before).flatMap((field) => breakingChanges(before[field], after[field], `${place}.${field}`))
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
