import type { Decision, Edge, Member } from './neighbourhood.ts'

/** A registration at the first revision that lies inside, except for what is said otherwise. */
export function member(id: string, identityId: string | null = null, other: Partial<Member> = {}): Member {
  return {
    id,
    kind: 'registration',
    version: 1,
    exclusive: null,
    identityId,
    revision: identityId === null ? 0 : 1,
    inside: true,
    ...other,
  }
}

export function edge(a: string, b: string, weight: number): Edge {
  return { a, b, weight, levels: [] }
}

export function decision(
  kind: Decision['kind'],
  a: string,
  b: string,
  identityA: string | null = null,
  identityB: string | null = null,
): Decision {
  return { kind, a, b, identityA, identityB }
}
