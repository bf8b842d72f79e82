import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * What the counts of people and of memberships are made of: whose each registration is by the highest revision, and
 * which memberships count by the latest statement. `site_day` follows both, so that it can be recounted from them.
 */
export class People1767225630000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table registration_holder (
        registration_id uuid primary key,
        identity_id uuid not null,
        revision integer not null,
        submitted_at timestamptz,
        site_id uuid
      );
      create index registration_holder_identity on registration_holder (identity_id, submitted_at, registration_id);
      create table membership (
        member_id uuid primary key,
        site_id uuid not null,
        approved_at timestamptz not null,
        counts boolean not null,
        statement bigint not null
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table membership, registration_holder')
  }
}
