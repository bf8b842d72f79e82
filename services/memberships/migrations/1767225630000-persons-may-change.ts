import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Registrations know their person and their content, each by the highest revision, so that cases can be joined and parted.
 * `review_case.status` is what was decided about the case for itself; a case with `merged_into` is decided by that one.
 * One living case and one living membership per person: the law of 一次入会, kept by constraints that look at the end of
 * a statement, since cases may change their persons in one.
 */
export class PersonsMayChange1767225630000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table case_registration
        alter column case_id drop not null,
        alter column attached_at drop not null,
        add column identity_id uuid,
        add column identity_revision integer not null default 0,
        add column content_revision integer not null default 0,
        add column submitted_at timestamptz,
        add column site_id uuid,
        add column sealed text,
        add column digest text,
        add column placement jsonb,
        add column erased_at timestamptz;
      update case_registration r set identity_id = c.identity_id, identity_revision = 1
        from review_case c where c.id = r.case_id;
      update case_registration r set content_revision = 1, submitted_at = c.opened_at, site_id = c.site_id,
          sealed = c.sealed, digest = '', placement = jsonb_build_object('federationId', c.federation_id,
            'federationName', c.federation_name, 'federationPath', c.federation_path, 'ruleId', c.rule_id,
            'ruleSetVersion', c.rule_set_version, 'heldBecause', c.held_because, 'reasons', c.reasons)
        from review_case c where c.id = r.case_id and c.registration_id = r.registration_id;
      create index case_registration_identity on case_registration (identity_id);

      drop index review_case_living, review_case_queue;
      alter table review_case
        drop column sealed,
        add column merged_into uuid references review_case,
        add constraint review_case_living exclude using btree (identity_id with =)
          where (status <> 'rejected' and merged_into is null) deferrable;
      create index review_case_queue on review_case (opened_at, id) where status = 'open' and merged_into is null;
      create index review_case_merged on review_case (merged_into) where merged_into is not null;

      drop index member_living;
      alter table member
        add column end_reason text check (end_reason in ('duplicate')),
        add column erased_at timestamptz,
        add constraint member_living exclude using btree (identity_id with =) where (ended_at is null) deferrable;
      create index member_case on member (case_id);

      create table member_ledger (
        id uuid primary key,
        member_id uuid not null references member,
        entry text not null check (entry in ('joined', 'ended', 'restored')),
        reason text,
        at timestamptz not null
      );
      create index member_ledger_member on member_ledger (member_id, at);
      insert into member_ledger (id, member_id, entry, at) select id, id, 'joined', joined_at from member;

      create sequence statement_serial;

      create table suspicion (
        first_identity_id uuid not null,
        second_identity_id uuid not null,
        kind text,
        weight integer,
        settled boolean not null,
        said_at timestamptz not null,
        event_id uuid not null,
        primary key (first_identity_id, second_identity_id)
      );
      create index suspicion_second on suspicion (second_identity_id);

      create table retired_identity (
        identity_id uuid primary key,
        leads_to uuid,
        said_at timestamptz not null,
        event_id uuid not null
      );
      create index retired_identity_leads_to on retired_identity (leads_to);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table retired_identity, suspicion, member_ledger;
      drop sequence statement_serial;
      drop index member_case;
      alter table member drop constraint member_living, drop column end_reason, drop column erased_at;
      create unique index member_living on member (identity_id) where ended_at is null;
      update review_case set status = 'rejected', reason_code = 'duplicate' where merged_into is not null;
      drop index review_case_merged, review_case_queue;
      alter table review_case drop constraint review_case_living, drop column merged_into, add column sealed text;
      update review_case c set sealed = coalesce(r.sealed, '') from case_registration r
        where r.registration_id = c.registration_id;
      alter table review_case alter column sealed set not null;
      create unique index review_case_living on review_case (identity_id) where status <> 'rejected';
      create index review_case_queue on review_case (opened_at, id) where status = 'open';
      delete from case_registration where case_id is null;
      drop index case_registration_identity;
      alter table case_registration alter column case_id set not null, alter column attached_at set not null,
        drop column identity_id, drop column identity_revision, drop column content_revision, drop column submitted_at,
        drop column site_id, drop column sealed, drop column digest, drop column placement, drop column erased_at;
    `)
  }
}
