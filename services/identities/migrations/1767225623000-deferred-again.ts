import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * What a component that waits has to be decided with: when that was decided which is to be undone (`undone`), so that people
 * get back the ids from before; and when deciding was last tried in vain (`tried_at`), so that others get their turn.
 */
export class DeferredAgain1767225623000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deferred_record add column undone timestamptz, add column tried_at timestamptz')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deferred_record drop column undone, drop column tried_at')
  }
}
