import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * `registration` holds what a driver sent, sealed, and where it stands. `consent` is a ledger: rows are only added.
 * `site` and `code` are this service's own copy of what qr-codes published.
 */
export class Registrations1767225606000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table registration (
        id uuid primary key,
        idempotency_key text not null unique,
        request_mac bytea not null,
        status text not null default 'submitted'
          check (status in ('submitted', 'in_review', 'approved', 'returned', 'rejected')),
        channel text not null,
        platform text,
        code_id uuid,
        scan_id uuid,
        resident_id_key bytea,
        mobile_key bytea not null,
        sealed text not null,
        submitted_at timestamptz not null,
        outcome jsonb not null default '{}'
      );
      create index registration_resident_id on registration (resident_id_key) where resident_id_key is not null;
      create index registration_mobile on registration (mobile_key);

      create table consent (
        registration_id uuid not null,
        purpose text not null,
        text_version text not null,
        text_hash bytea not null,
        channel text not null,
        given_at timestamptz not null,
        primary key (registration_id, purpose)
      );

      create table site (
        id uuid primary key,
        name_zh text not null,
        name_en text not null,
        division text not null,
        federation_id text,
        federation_zh text,
        federation_en text
      );
      create table code (
        id uuid primary key,
        token text not null unique,
        site_id uuid not null,
        revoked boolean not null default false
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table code, site, consent, registration')
  }
}
