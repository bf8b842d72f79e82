import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Days that the event log keeps an event; personal data in events must not live longer. */
export const LOG_DAYS = 7

/** Days that the inbox remembers an event: longer than the log and any topic keep it. */
export const INBOX_DAYS = 35

/**
 * The tables that every service has for its events.
 *
 * - `event_log`: what the service published. Readers go by `(xid, id)`; see EventLog.
 * - `subscription`: how far a group has read each partition of a log, and who may move the position.
 * - `subscriber`: the processes that share the partitions of a group.
 * - `inbox`: the events whose effect has happened, written with the effect.
 * - `parked_event`: dead letters, by key, with what is needed to replay them; kept, data and all, until they are replayed.
 */
export class MessagingTables1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table event_log (
        partition smallint not null,
        xid xid8 not null default pg_current_xact_id(),
        id bigint generated always as identity,
        day date not null default (now() at time zone 'utc')::date,
        key_hash integer not null,
        event_id uuid not null,
        type text not null,
        version smallint not null,
        key text not null,
        time timestamptz not null,
        trace text,
        data json not null,
        primary key (partition, xid, id, day)
      ) partition by range (day);
      create index event_log_key on event_log (key_hash, xid);
      create table event_log_default partition of event_log default;

      create table subscription (
        name text not null,
        partition smallint not null,
        owner uuid,
        epoch bigint not null default 0,
        xid xid8 not null default '0',
        id bigint not null default 0,
        day date not null default '2000-01-01',
        primary key (name, partition)
      );
      create table subscriber (
        name text not null,
        owner uuid not null,
        seen_at timestamptz not null,
        primary key (name, owner)
      );

      create table inbox (
        event_id uuid not null,
        consumer text not null,
        day date not null,
        primary key (event_id, consumer, day)
      ) partition by range (day);
      create table inbox_default partition of inbox default;

      create table parked_event (
        seq bigint generated always as identity primary key,
        consumer text not null,
        event_id uuid not null,
        stream text not null,
        type text not null,
        version smallint not null,
        key text not null,
        time timestamptz not null,
        trace text,
        data json,
        error text not null,
        parked_at timestamptz not null default now(),
        attempts integer not null default 1,
        unique (consumer, event_id)
      );
      create index parked_event_key on parked_event (consumer, key, seq);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table event_log, subscription, subscriber, inbox, parked_event')
  }
}
