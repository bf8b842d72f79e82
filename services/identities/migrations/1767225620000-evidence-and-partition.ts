import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Evidence: `record` (what a source said of a driver), `block_key` (where to look for others), `edge` (how much two records
 * speak for one person), `hub` (keys too frequent to look under), `judgement` with its `decision` rows (what people
 * decided). Everything else follows from these: `membership_of_record` is the partition, `identity` its persons,
 * `identity_event` how they came about, `review_item` what is left to people.
 *
 * Replaces the first tables, which held keys only: nothing was in use yet.
 */
export class EvidenceAndPartition1767225620000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table record, identity;

      create table record (
        id uuid primary key,
        kind text not null check (kind in ('registration', 'lead')),
        version integer not null,
        platform text,
        content json not null,
        keys bigint[] not null,
        exclusive_key bytea,
        epoch integer not null,
        federation_path text[],
        recorded_at timestamptz not null
      );

      create table erased_record (
        id uuid primary key,
        erased_at timestamptz not null
      );

      create table block_key (
        key bigint not null,
        record_id uuid not null,
        primary key (key, record_id)
      );

      create table hub (
        key bigint primary key,
        rule text not null,
        example uuid not null,
        found_at timestamptz not null
      );

      create table edge (
        lo uuid not null,
        hi uuid not null,
        lo_version integer not null,
        hi_version integer not null,
        weight integer not null,
        levels smallint[] not null,
        epoch integer not null,
        primary key (lo, hi),
        check (lo < hi)
      );
      create index edge_hi on edge (hi);

      create table judgement (
        id uuid primary key,
        kind text not null,
        actor_id text not null,
        actor_name text not null,
        reason text not null,
        at timestamptz not null,
        revoked_at timestamptz,
        revoked_by text,
        revoked_because text
      );

      create table decision (
        judgement_id uuid not null references judgement,
        lo uuid not null,
        hi uuid not null,
        kind text not null check (kind in ('must', 'cannot')),
        override boolean not null default false,
        in_force boolean not null default true,
        primary key (judgement_id, lo, hi),
        check (lo < hi)
      );
      create index decision_lo on decision (lo) where in_force;
      create index decision_hi on decision (hi) where in_force;

      create table identity (
        id uuid primary key,
        created_at timestamptz not null,
        retired_at timestamptz,
        redirect_to uuid references identity
      );

      create table membership_of_record (
        record_id uuid primary key,
        identity_id uuid not null references identity,
        revision integer not null
      );
      create index membership_of_record_identity on membership_of_record (identity_id);

      create table identity_event (
        record_id uuid not null,
        revision integer not null,
        identity_id uuid,
        cause text not null check (cause in ('record', 'correction', 'erasure', 'decision', 'epoch')),
        epoch integer not null,
        at timestamptz not null,
        primary key (record_id, revision)
      );

      create table deferred_record (
        record_id uuid primary key,
        cause text not null,
        trace text,
        deferred_at timestamptz not null
      );

      create table review_item (
        lo uuid not null,
        hi uuid not null,
        kind text not null check (kind in ('likely', 'id_conflict', 'kept_apart')),
        weight integer not null,
        opened_at timestamptz not null,
        primary key (lo, hi),
        check (lo < hi)
      );
      create index review_item_hi on review_item (hi);

      create table model_epoch (
        epoch integer primary key,
        state text not null check (state in ('active', 'retired')),
        sealed text not null,
        activated_at timestamptz not null
      );
      create unique index model_epoch_active on model_epoch (state) where state = 'active';
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table model_epoch, review_item, deferred_record, identity_event, membership_of_record, identity, decision,
        judgement, edge, hub, block_key, erased_record, record;
      create table identity (id uuid primary key, created_at timestamptz not null);
      create table record (registration_id uuid primary key);
    `)
  }
}
