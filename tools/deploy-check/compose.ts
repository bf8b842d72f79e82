import { parse } from 'yaml'

/** The parts of a compose file that are looked at. */
export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>
}

export interface ComposeService {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: object
  readonly stop_grace_period?: string
  readonly restart?: string
}

const REFERENCE = /\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g

/** Reads a compose file with its variables filled in as compose would, from the shell or the file `.env`. */
export function readCompose(text: string, variables: Readonly<Record<string, string>>): Compose {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return value.replace(REFERENCE, (_, name: string, mark: string, rest: string) =>
        variables[name] ? variables[name] : mark === '-' ? rest : '',
      )
    }
    if (Array.isArray(value)) return value.map(fill)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]))
  }
  return fill(parse(text, { merge: true })) as Compose
}

/** Variables that compose would leave empty without a word: neither a default nor a message stands anywhere. */
export function unguardedVariables(text: string): string[] {
  const references = [...text.matchAll(REFERENCE)]
  const guarded = new Set(references.filter(([, , mark]) => mark).map(([, name]) => name))
  return [...new Set(references.map(([, name]) => name!))].filter((name) => !guarded.has(name))
}
