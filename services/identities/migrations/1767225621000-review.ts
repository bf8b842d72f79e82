import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * What the review of identities keeps beside judgements: who looks at an item just now (`review_lease`), what a first person
 * proposed against two valid resident ids (`override_proposal`), which record's value an admin prefers (`survivor_choice`)
 * and who saw full values and why (`record_disclosure`). They name identities, records and judgements without references:
 * items come and go, records are erased.
 */
export class Review1767225621000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table review_lease (
        lo uuid not null,
        hi uuid not null,
        account_id text not null,
        account_name text not null,
        until timestamptz not null,
        primary key (lo, hi),
        check (lo < hi)
      );

      create table override_proposal (
        id uuid primary key,
        lo uuid not null,
        hi uuid not null,
        record_ids uuid[] not null,
        account_id text not null,
        account_name text not null,
        reason text not null,
        proposed_at timestamptz not null,
        expires_at timestamptz not null,
        ended_at timestamptz,
        ended_by text,
        outcome text check (outcome in ('confirmed', 'withdrawn', 'replaced')),
        judgement_id uuid,
        check (lo < hi),
        check ((ended_at is null) = (outcome is null))
      );
      create unique index override_proposal_open on override_proposal (lo, hi) where ended_at is null;
      create index override_proposal_judgement on override_proposal (judgement_id) where judgement_id is not null;

      create table survivor_choice (
        identity_id uuid not null,
        field text not null,
        record_id uuid not null,
        account_id text not null,
        account_name text not null,
        chosen_at timestamptz not null,
        primary key (identity_id, field)
      );

      create table record_disclosure (
        id uuid primary key,
        record_ids uuid[] not null,
        account_id text not null,
        account_name text not null,
        reason text not null,
        at timestamptz not null
      );

      alter table judgement add column revoked_by_id text;
      create index decision_lo_ever on decision (lo);
      create index decision_hi_ever on decision (hi);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index decision_lo_ever, decision_hi_ever;
      alter table judgement drop column revoked_by_id;
      drop table record_disclosure, survivor_choice, override_proposal, review_lease;
    `)
  }
}
