import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * `review_case` has at most one living case per identity: a second application joins it. `member` has at most one
 * living membership per identity: the law of 一次入会, kept by an index.
 */
export class CasesAndMembers1767225604000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table review_case (
        id uuid primary key,
        identity_id uuid not null,
        status text not null check (status in ('open', 'approved', 'returned', 'rejected')),
        federation_id text,
        federation_name jsonb,
        federation_path text[] not null,
        rule_id text,
        rule_set_version integer not null,
        held_because text,
        reasons jsonb not null,
        registration_id uuid not null,
        sealed text not null,
        site_id uuid,
        opened_at timestamptz not null,
        due_at timestamptz not null,
        decided_at timestamptz,
        decided_by text,
        reason_code text
      );
      create unique index review_case_living on review_case (identity_id) where status <> 'rejected';
      create index review_case_queue on review_case (opened_at, id) where status = 'open';
      create index review_case_identity on review_case (identity_id);

      create table case_registration (
        registration_id uuid primary key,
        case_id uuid not null references review_case,
        attached_at timestamptz not null
      );
      create index case_registration_case on case_registration (case_id, attached_at);

      create sequence member_serial;
      create table member (
        id uuid primary key,
        identity_id uuid not null,
        number text not null unique,
        case_id uuid not null references review_case,
        federation_id text not null,
        joined_at timestamptz not null,
        ended_at timestamptz
      );
      create unique index member_living on member (identity_id) where ended_at is null;

      create table disclosure (
        id uuid primary key,
        case_id uuid not null references review_case,
        account_id text not null,
        account_name text not null,
        reason text not null,
        at timestamptz not null
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table disclosure, member, case_registration, review_case')
    await runner.query('drop sequence member_serial')
  }
}
