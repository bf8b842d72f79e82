import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * - `account`: who may sign in.
 * - `setup_link`: open links for the first admin, by the hash of their token.
 * - `sign_in_attempt`: attempts of the current window, by the hash of a name or an address.
 */
export class Accounts1767225608000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table account (
        id uuid primary key,
        name text not null,
        name_key text not null unique,
        display_name text not null,
        password_hash text not null,
        role text not null check (role in ('operator', 'admin', 'steward')),
        federation_id text not null,
        created_at timestamptz not null,
        disabled_at timestamptz
      );
      create table setup_link (
        token_hash bytea primary key,
        expires_at timestamptz not null
      );
      create table sign_in_attempt (
        subject bytea primary key,
        since timestamptz not null,
        attempts integer not null
      );
      create index sign_in_attempt_since on sign_in_attempt (since);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table account, setup_link, sign_in_attempt')
  }
}
