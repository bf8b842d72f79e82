import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The number of the statement of memberships that a registration's outcome comes from: a lower one comes too late. */
export class OutcomeStatements1767225630000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table registration add column outcome_statement bigint not null default 0')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table registration drop column outcome_statement')
  }
}
