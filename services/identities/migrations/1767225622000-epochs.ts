import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Work on all records at once: `bulk_job` (what runs or ran), `epoch_draft` (trained epochs that await a decision, sealed like
 * those in force), and what a job prepares aside before it takes everything over: `staged_edge`, `staged_key`. The staged
 * tables are not logged: after a crash they are empty, and the job begins anew.
 */
export class Epochs1767225622000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table bulk_job (
        id uuid primary key,
        kind text not null check (kind in ('rebuild', 'train', 'activate')),
        state text not null check (state in ('running', 'done', 'failed')),
        epoch integer,
        stage text not null,
        share real not null,
        result jsonb,
        error jsonb,
        started_by text not null,
        started_at timestamptz not null,
        finished_at timestamptz
      );

      create table epoch_draft (
        epoch integer primary key,
        state text not null check (state in ('draft', 'approved', 'discarded')),
        sealed text not null,
        diff jsonb not null,
        samples jsonb not null,
        basis text not null,
        outcome text not null,
        drafted_by text not null,
        drafted_at timestamptz not null,
        decided_by text,
        decided_at timestamptz,
        reason text
      );
      create unique index epoch_draft_open on epoch_draft (state) where state = 'draft';

      alter table model_epoch add column activated_by text;
      alter table model_epoch add column reason text;

      create unlogged table staged_edge (
        lo uuid not null,
        hi uuid not null,
        lo_version integer not null,
        hi_version integer not null,
        weight integer not null,
        levels smallint[] not null
      );

      create unlogged table staged_key (
        record_id uuid not null,
        version integer not null,
        keys bigint[] not null,
        exclusive_key bytea
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table staged_key, staged_edge, epoch_draft, bulk_job;
      alter table model_epoch drop column activated_by, drop column reason;
    `)
  }
}
