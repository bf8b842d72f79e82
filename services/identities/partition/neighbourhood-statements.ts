import type { Prepared } from '#libs/database'

/** Held shared by whoever decides under an epoch, alone by whoever replaces it. */
export const EPOCH_LOCK = `hashtextextended('model epoch', 0)`

/** Records of one person that are locked with one of them (itself included), before anybody knows whether they matter. */
const LOCKED_ALONG = 20

/**
 * Locks records, and those who are one person with them: these are looked at next, and whoever has to ask for more locks then
 * reads twice. Answers what it locked.
 *
 * What follows in the transaction is planned once for each connection. PostgreSQL would plan the reading for every neighbourhood
 * anew while tables lack statistics, in the first minutes of a register, which takes longer than all else.
 */
export const LOCK: Prepared = {
  name: 'lock records',
  text: `select null as id, pg_advisory_xact_lock_shared(${EPOCH_LOCK}),
     set_config('plan_cache_mode', 'force_generic_plan', true)
   union all
   select id, pg_advisory_xact_lock(lock), null from (
     select id, hashtextextended('record' || id, 0) as lock from (
       select unnest($1::uuid[]) as id
       union
       select other.record_id from unnest($1::uuid[]) as wanted (id)
       cross join lateral (select identity_id from membership_of_record where record_id = wanted.id offset 0) own
       cross join lateral (
         select record_id from membership_of_record where identity_id = own.identity_id limit ${LOCKED_ALONG}) other
     ) known
     order by lock) locks`,
}

export const LOCK_IF_FREE: Prepared = {
  name: 'lock records if free',
  text: `select bool_and(pg_try_advisory_xact_lock(lock)) as free from (
     select hashtextextended('record' || id, 0) as lock from unnest($1::uuid[]) as id order by lock) locks`,
}

/**
 * Whether a decision `d` lets two different exclusive values stand together: while its records have those that the two persons
 * decided about. One of them corrected to another value needs two persons anew.
 */
export const OVERRIDE_STANDS = `(d.override and exists (
     select from record lo, record hi where lo.id = d.lo and hi.id = d.hi
       and lo.exclusive_key = d.lo_exclusive and hi.exclusive_key = d.hi_exclusive))`

/** The records of one component with record `c`, one step on; `$3` is the weight that joins. */
export const JOINED = `select hi as id from edge where lo = c.id and weight >= $3
     union all select lo from edge where hi = c.id and weight >= $3
     union all select hi from decision where lo = c.id and in_force and kind = 'must'
     union all select lo from decision where hi = c.id and in_force and kind = 'must'
     union all select other.record_id from membership_of_record own
       join membership_of_record other using (identity_id) where own.record_id = c.id`

/**
 * Every look at a table is by key, one row of the neighbourhood after another (`offset 0` keeps it so): the statement is planned
 * once, perhaps while the tables are empty, and must stay right when they hold millions.
 */
export const READ: Prepared = {
  name: 'read neighbourhood',
  text: `with recursive active as (
   select epoch from model_epoch where state = 'active'),
 closure (id) as (
   select unnest($1::uuid[])
   union
   select n.id from closure c cross join lateral (${JOINED}) n),
 inside as (select id from closure limit $6),
 near as (
   select e.* from inside cross join lateral (select * from edge where lo = inside.id offset 0) e
   union
   select e.* from inside cross join lateral (select * from edge where hi = inside.id offset 0) e),
 weakly_joined as (
   select unnest($2::uuid[]) as id
   union select lo from near where weight >= $4 union select hi from near where weight >= $4
   except select id from inside),
 rim as (
   select id from weakly_joined
   union
   select other.record_id from weakly_joined cross join lateral (
     select other.record_id from membership_of_record own join membership_of_record other using (identity_id)
     where own.record_id = weakly_joined.id offset 0) other),
 everyone as (
   select id, true as inside from inside
   union all select unnest($7::uuid[]), true
   union all select id, false from rim where id <> all($7::uuid[])),
 member as (
   select e.id, r.kind, r.version, encode(r.exclusive_key, 'hex') as exclusive, m.identity_id,
     coalesce(m.revision, 0) as revision, e.inside
   from everyone e
   cross join lateral (select kind, version, exclusive_key from record where id = e.id offset 0) r
   left join lateral (
     select identity_id, revision from membership_of_record where record_id = e.id offset 0) m on true)
 select json_build_object(
   'epoch', (select epoch from active),
   'exclusiveKey', (select key_id from exclusive_key),
   'truncated', (select count(*) from inside) = $6,
   'members', (select json_agg(json_build_array(id, kind, version, exclusive, identity_id, revision, inside)) from member),
   'edges', (
     select json_agg(json_build_array(near.lo, near.hi, near.weight, near.levels)) from near
     join member lo on lo.id = near.lo and lo.version = near.lo_version
     join member hi on hi.id = near.hi and hi.version = near.hi_version
     where near.epoch = (select epoch from active)),
   'decided', (
     select bool_or(exists (select from decision where lo = inside.id and in_force)
       or exists (select from decision where hi = inside.id and in_force)) from inside),
   'hubs', (select json_agg(key::text) from hub where key = any($5::bigint[])),
   'erased', (select json_agg(id) from erased_record where id = any($1::uuid[]))) as found`,
}

/** Decisions in force on records: few have any. */
export const DECISIONS: Prepared = {
  name: 'decisions on records',
  text: `with said as (
   select d.* from unnest($1::uuid[]) as own (id)
   cross join lateral (select * from decision where lo = own.id and in_force offset 0) d
   union
   select d.* from unnest($1::uuid[]) as own (id)
   cross join lateral (select * from decision where hi = own.id and in_force offset 0) d)
 select lo as a, hi as b, kind, override,
   (select identity_id from membership_of_record where record_id = lo) as "identityA",
   (select identity_id from membership_of_record where record_id = hi) as "identityB"
 from (select distinct lo, hi, kind, ${OVERRIDE_STANDS} as override from said d) d`,
}

/** Retired identities that records belonged to, oldest first: of records that never moved there are none. */
export const PAST: Prepared = {
  name: 'past identities of records',
  text: `select e.record_id as "recordId", e.identity_id as "identityId" from unnest($1::uuid[]) as own (id)
   cross join lateral (
     select record_id, identity_id, revision from identity_event where record_id = own.id offset 0) e
   where (select retired_at from identity where id = e.identity_id) is not null
   order by e.record_id, e.revision`,
}

/** Which of some records lie in components of more than `$2` records; looks no further than that. */
export const BEYOND: Prepared = {
  name: 'records in components beyond a bound',
  text: `select seed.id from unnest($1::uuid[]) as seed (id)
   cross join lateral (
     with recursive closure (id) as (
       select seed.id
       union
       select n.id from closure c cross join lateral (${JOINED}) n)
     select count(*) as reached from (select id from closure limit $2 + 1) known) c
   where c.reached > $2`,
}
