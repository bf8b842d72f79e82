import type { MigrationInterface, QueryRunner } from 'typeorm'

/** `dedup_key` keeps a message from going out twice, whatever happens between the event and the channel. */
export class Messages1767225607000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table message (
        id uuid primary key,
        dedup_key text not null unique,
        registration_id uuid not null,
        template text not null,
        channel text not null,
        text_zh text not null,
        text_en text not null,
        sent_at timestamptz not null
      );
      create index message_registration on message (registration_id, sent_at);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table message')
  }
}
