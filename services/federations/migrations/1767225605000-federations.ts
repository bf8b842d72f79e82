import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Trees and rule sets are never changed, only followed by a new version: a placement keeps its facts and the two versions,
 * and from these its whole explanation can be made again at any time.
 */
export class Federations1767225605000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table federation_tree (
        version integer primary key,
        active_from timestamptz not null,
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
        tree_version integer not null references federation_tree,
        facts jsonb not null,
        decided_at timestamptz not null
      );
      create index placement_identity on placement (identity_id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table placement, rule_set, federation_tree')
  }
}
