import type { MigrationInterface, QueryRunner } from 'typeorm'

export class Identities1767225603000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table identity (
        id uuid primary key,
        created_at timestamptz not null
      );
      create table record (
        registration_id uuid primary key,
        identity_id uuid not null references identity,
        platform text,
        resident_id_key bytea,
        name_mobile_key bytea not null,
        reason text not null,
        resolved_at timestamptz not null
      );
      create index record_resident_id on record (resident_id_key) where resident_id_key is not null;
      create index record_name_mobile on record (name_mobile_key);
      create index record_identity on record (identity_id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table record, identity')
  }
}
