import type { MigrationInterface, QueryRunner } from 'typeorm'

export class Federations1767225605000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table federation (
        id text primary key,
        parent_id text references federation,
        data jsonb not null
      );
      create table rule_set (
        version integer primary key,
        active_from timestamptz not null,
        data jsonb not null
      );
      create table placement (
        registration_id uuid primary key,
        identity_id uuid not null,
        outcome text not null check (outcome in ('placed', 'held')),
        federation_id text,
        rule_id text,
        rule_set_version integer not null references rule_set,
        facts jsonb not null,
        decision jsonb not null,
        decided_at timestamptz not null
      );
      create index placement_identity on placement (identity_id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table placement, rule_set, federation')
  }
}
