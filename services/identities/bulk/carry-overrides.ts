import type { EntityManager } from 'typeorm'

/**
 * Lets overrides stand on the staged exclusive keys of their records, where they stood on the stored ones: the same ids,
 * blinded anew. To be done before the records themselves get these keys.
 */
export async function carryOverrides(tx: Pick<EntityManager, 'query'>): Promise<void> {
  await tx.query(
    `with renewed as (
       select r.id, r.exclusive_key as old, s.exclusive_key as new from staged_key s
       join record r on r.id = s.record_id and r.version = s.version
       where s.exclusive_key <> r.exclusive_key)
     update decision d
     set lo_exclusive = coalesce(lo.new, d.lo_exclusive), hi_exclusive = coalesce(hi.new, d.hi_exclusive)
     from decision o
     left join renewed lo on lo.id = o.lo and lo.old = o.lo_exclusive
     left join renewed hi on hi.id = o.hi and hi.old = o.hi_exclusive
     where o.override and coalesce(lo.id, hi.id) is not null
       and d.judgement_id = o.judgement_id and d.lo = o.lo and d.hi = o.hi`,
  )
}
