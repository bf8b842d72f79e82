import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * `exclusive_key`: the number of the blind key under which all records keep what one person has only one of; records that come
 * are keyed under it too, until a bulk run replaces it for all at once. Models of epochs that nobody goes back to are removed:
 * their rows stay. What a bulk job stages lies in temporary tables of its session instead.
 */
export class ExclusiveKeysAndModelEnds1767225625000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table exclusive_key (
        singleton boolean primary key default true check (singleton),
        key_id integer not null
      );

      alter table model_epoch alter column sealed drop not null;
      alter table model_epoch add check (state <> 'active' or sealed is not null);
      alter table epoch_draft alter column sealed drop not null;
      alter table epoch_draft add check (state <> 'draft' or sealed is not null);

      drop table staged_key, staged_edge;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create unlogged table staged_edge (
        lo uuid not null,
        hi uuid not null,
        lo_version integer not null,
        hi_version integer not null,
        weight integer not null,
        levels smallint[] not null
      );
      create unlogged table staged_key (
        record_id uuid not null,
        version integer not null,
        keys bigint[] not null,
        exclusive_key bytea
      );
      drop table exclusive_key;
    `)
  }
}
