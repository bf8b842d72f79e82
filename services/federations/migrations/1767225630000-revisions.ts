import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * A registration is placed anew for each higher revision of what identities say of it. Erasures are remembered by id:
 * what arrives of a registration after its erasure is not kept either.
 */
export class Revisions1767225630000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table placement add column revision integer not null default 1;
      create table erased_registration (
        registration_id uuid primary key,
        erased_at timestamptz not null
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table erased_registration; alter table placement drop column revision')
  }
}
