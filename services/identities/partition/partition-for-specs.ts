import type { DataSource } from 'typeorm'
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

/** Stores what a person decided about two records, and returns the id of the judgement; nothing is decided anew yet. */
export async function judged(dataSource: DataSource, kind: Decision['kind'], a: string, b: string): Promise<string> {
  const judgement = crypto.randomUUID()
  await dataSource.query(
    `with judged as (
       insert into judgement (id, kind, actor_id, actor_name, reason, at) values ($1, $2, 'spec', 'spec', 'spec', now()))
     insert into decision (judgement_id, lo, hi, kind) values ($1, least($3::uuid, $4::uuid), greatest($3::uuid, $4::uuid), $2)`,
    [judgement, kind, a, b],
  )
  return judgement
}

/** Takes a judgement back; nothing is decided anew yet. */
export async function revoked(dataSource: DataSource, judgement: string): Promise<void> {
  await dataSource.query('update decision set in_force = false where judgement_id = $1', [judgement])
}
