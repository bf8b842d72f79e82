import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Applications get a version and keep their places, so that a correction can tell the whole application again; an erased
 * one stays as a row without personal data. `lead` holds what platforms list, found again by a blind key. `audit` tells
 * who corrected or erased what: names of fields, never values.
 */
export class CorrectionsRostersErasure1767225622000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table registration
        add column version integer not null default 1,
        add column places jsonb not null
          default '{"household": null, "residence": null, "residenceStreet": null, "routes": []}',
        add column erased_at timestamptz,
        alter column request_mac drop not null,
        alter column mobile_key drop not null,
        alter column sealed drop not null,
        drop constraint registration_status_check,
        add constraint registration_status_check
          check (status in ('submitted', 'in_review', 'approved', 'returned', 'rejected', 'erased'));
      update registration r set places = (e.data -> 'application' -> 'places')::jsonb - 'plateCity'
      from event_log e where e.type = 'registration.submitted' and e.key = r.id::text;

      create table audit (
        id bigint generated always as identity primary key,
        subject_kind text not null check (subject_kind in ('registration', 'lead')),
        subject_id uuid not null,
        action text not null check (action in ('corrected', 'erased')),
        version integer,
        fields text[] not null default '{}',
        actor text not null,
        reason text,
        at timestamptz not null
      );
      create index audit_subject on audit (subject_id);

      create table roster (
        id uuid primary key,
        platform text,
        file text not null,
        status text not null default 'reading' check (status in ('reading', 'done', 'interrupted', 'unreadable')),
        problem jsonb,
        total_rows integer,
        rows integer not null default 0,
        new_leads integer not null default 0,
        changed_leads integer not null default 0,
        unchanged_leads integer not null default 0,
        faulty_rows integer not null default 0,
        notes integer not null default 0,
        imported_by text not null,
        started_at timestamptz not null,
        touched_at timestamptz not null,
        finished_at timestamptz
      );
      create table roster_remark (
        roster_id uuid not null,
        line integer not null,
        at smallint not null,
        kind text not null check (kind in ('fault', 'note')),
        field text not null,
        code text not null,
        zh text not null,
        en text not null,
        primary key (roster_id, line, at)
      );

      create table lead (
        id uuid primary key,
        key bytea unique,
        platform text not null,
        version integer not null,
        content_mac bytea,
        sealed text,
        household text,
        residence text,
        listed_at timestamptz not null,
        roster_id uuid not null,
        status text not null default 'listed' check (status in ('listed', 'erased')),
        erased_at timestamptz
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table lead, roster_remark, roster, audit;
      delete from registration where status = 'erased';
      alter table registration drop column version, drop column places, drop column erased_at,
        alter column request_mac set not null, alter column mobile_key set not null, alter column sealed set not null,
        drop constraint registration_status_check,
        add constraint registration_status_check
          check (status in ('submitted', 'in_review', 'approved', 'returned', 'rejected'));
    `)
  }
}
