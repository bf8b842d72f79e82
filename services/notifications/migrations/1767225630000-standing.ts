import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * What was last said of a registration, so that nothing older is told after it, and what is untrue since is withdrawn.
 * Erasures are remembered by id: no text about a registration is kept after its erasure.
 */
export class Standing1767225630000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table message add column withdrawn_at timestamptz, add column erased_at timestamptz;
      create table standing (
        registration_id uuid primary key,
        state text check (state in ('in_review', 'member', 'returned', 'rejected')),
        member_number text,
        statement bigint not null,
        erased_at timestamptz
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table standing;
      alter table message drop column withdrawn_at, drop column erased_at;
    `)
  }
}
