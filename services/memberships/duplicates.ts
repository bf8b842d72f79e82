import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'

/** When something was said: of two sayings of one thing the later holds, whatever order they arrive in. */
export interface Said {
  readonly id: string
  readonly time: Date
}

/** Somebody else who may be the same person. */
export interface SuspectedDuplicate {
  readonly identityId: string
  readonly kind: 'likely' | 'id_conflict' | 'kept_apart'
  /** Weight of the strongest pair, milli-bits. */
  readonly weight: number | null
}

/** Suspected duplicates between people, and the ids that lead to another since they were merged. */
@Injectable()
export class Duplicates {
  /** Notes that two people are suspected to be one, or no longer. */
  async note(
    tx: EntityManager,
    suspicions: readonly {
      identityId: string
      otherIdentityId: string
      kind: SuspectedDuplicate['kind'] | null
      weight: number | null
      settled: boolean
      said: Said
    }[],
  ): Promise<void> {
    await tx.query(
      `insert into suspicion as known (first_identity_id, second_identity_id, kind, weight, settled, said_at, event_id)
       select distinct on (1, 2) least(a, b), greatest(a, b), kind, weight, settled, said_at, event_id
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::boolean[], $6::timestamptz[], $7::uuid[])
         as s (a, b, kind, weight, settled, said_at, event_id)
       order by 1, 2, said_at desc, event_id desc
       on conflict (first_identity_id, second_identity_id) do update set kind = excluded.kind, weight = excluded.weight,
         settled = excluded.settled, said_at = excluded.said_at, event_id = excluded.event_id
       where (known.said_at, known.event_id) < (excluded.said_at, excluded.event_id)`,
      [
        suspicions.map(({ identityId }) => identityId),
        suspicions.map(({ otherIdentityId }) => otherIdentityId),
        suspicions.map(({ kind }) => kind),
        suspicions.map(({ weight }) => weight),
        suspicions.map(({ settled }) => settled),
        suspicions.map(({ said }) => said.time.toISOString()),
        suspicions.map(({ said }) => said.id),
      ],
    )
  }

  /** Notes that ids lead to others, or (null) that they stand for themselves again. */
  async redirect(
    tx: EntityManager,
    redirects: readonly { identityId: string; leadsTo: string | null; said: Said }[],
  ): Promise<void> {
    await tx.query(
      `insert into retired_identity as known (identity_id, leads_to, said_at, event_id)
       select distinct on (identity_id) * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[])
         as r (identity_id, leads_to, said_at, event_id)
       order by identity_id, said_at desc, event_id desc
       on conflict (identity_id) do update set leads_to = excluded.leads_to, said_at = excluded.said_at,
         event_id = excluded.event_id
       where (known.said_at, known.event_id) < (excluded.said_at, excluded.event_id)`,
      [
        redirects.map(({ identityId }) => identityId),
        redirects.map(({ leadsTo }) => leadsTo),
        redirects.map(({ said }) => said.time.toISOString()),
        redirects.map(({ said }) => said.id),
      ],
    )
  }

  /** Whom each of the given people may be one with, the strongest suspicion first; retired ids are followed. */
  async of(manager: EntityManager, identityIds: readonly string[]): Promise<Map<string, SuspectedDuplicate[]>> {
    const rows: { person: string; duplicates: SuspectedDuplicate[] }[] = await manager.query(
      `with recursive names as (
         select id as person, id as name from unnest($1::uuid[]) as id
         union
         select n.person, r.identity_id from names n join retired_identity r on r.leads_to = n.name),
       pairs as (
         select n.person, s.second_identity_id as other, s.kind, s.weight
         from names n join suspicion s on s.first_identity_id = n.name where not s.settled
         union all
         select n.person, s.first_identity_id, s.kind, s.weight
         from names n join suspicion s on s.second_identity_id = n.name where not s.settled),
       followed as (
         select person, other, kind, weight, other as now from pairs
         union
         select f.person, f.other, f.kind, f.weight, r.leads_to
         from followed f join retired_identity r on r.identity_id = f.now where r.leads_to is not null),
       strongest as (
         select distinct on (person, now) person, now, kind, weight from followed f
         where not exists (select from retired_identity r where r.identity_id = f.now and r.leads_to is not null)
           and now <> person
         order by person, now, weight desc nulls last)
       select person, json_agg(json_build_object('identityId', now, 'kind', kind, 'weight', weight)
         order by weight desc nulls last, now) as duplicates
       from strongest group by person`,
      [identityIds],
    )
    return new Map(rows.map(({ person, duplicates }) => [person, duplicates]))
  }
}
