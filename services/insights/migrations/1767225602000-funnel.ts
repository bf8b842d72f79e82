import type { MigrationInterface, QueryRunner } from 'typeorm'

export class Funnel1767225602000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table site (
        id uuid primary key,
        name_zh text not null,
        name_en text not null
      );
      create table site_day (
        site_id uuid not null,
        day date not null,
        scans integer not null default 0,
        submitted integer not null default 0,
        new_people integer not null default 0,
        approved integer not null default 0,
        primary key (site_id, day)
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table site_day, site')
  }
}
