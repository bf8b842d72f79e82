import type { MigrationInterface, QueryRunner } from 'typeorm'

export class SitesAndCodes1767225601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table site (
        id uuid primary key,
        name_zh text not null,
        name_en text not null,
        kind text not null check (kind in ('logistics-park', 'freight-hub', 'driver-station')),
        division text not null,
        street text,
        address text not null,
        federation_id text,
        federation_zh text,
        federation_en text,
        opened_at timestamptz not null default now()
      );
      create table code (
        id uuid primary key,
        token text not null unique,
        site_id uuid not null references site,
        serial integer not null,
        issued_at timestamptz not null,
        revoked_at timestamptz,
        revoked_because text,
        unique (site_id, serial)
      );
      create table scan (
        id uuid primary key,
        code_id uuid not null references code,
        at timestamptz not null
      );
      create index scan_code on scan (code_id, at);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table scan, code, site')
  }
}
