import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * What decisions rest on, so that they end with it: the blind keys of the two resident ids that an override let stand together
 * (`decision.lo_exclusive`, `hi_exclusive`), the versions of the records that its first person looked at
 * (`override_proposal.versions`), and the revision by which a record was placed (`record.placed_revision`, 0: of old, unknown).
 *
 * Overrides in force keep the ids that their records have now. Those who proposed one have to look again.
 */
export class WhatDecisionsRestOn1767225624000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table record add column placed_revision integer not null default 0;

      alter table decision add column lo_exclusive bytea, add column hi_exclusive bytea;
      update decision d set lo_exclusive = lo.exclusive_key, hi_exclusive = hi.exclusive_key
        from record lo, record hi where d.override and lo.id = d.lo and hi.id = d.hi;
      update decision set override = false, lo_exclusive = null, hi_exclusive = null
        where override and (lo_exclusive is null or hi_exclusive is null);
      alter table decision add check (override = (lo_exclusive is not null and hi_exclusive is not null));

      update override_proposal set ended_at = now(), outcome = 'replaced' where ended_at is null;
      alter table override_proposal add column versions integer[] not null default '{}';
      alter table override_proposal alter column versions drop default;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table override_proposal drop column versions;
      alter table decision drop column lo_exclusive, drop column hi_exclusive;
      alter table record drop column placed_revision;
    `)
  }
}
