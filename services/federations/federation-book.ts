import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { type FederationRow, FederationTree } from './federation-tree.ts'
import { type RuleSet, ruleSetSchema } from './placement-rules.ts'

/** The federations and the rule sets in the database. */
@Injectable()
export class FederationBook {
  async tree(tx: EntityManager): Promise<FederationTree> {
    const rows: { data: FederationRow }[] = await tx.query(`select data from federation order by id`)
    return new FederationTree(rows.map(({ data }) => data))
  }

  /** The rule set in force at a moment: the highest version that had become active. */
  async rulesAt(tx: EntityManager, now: Date): Promise<RuleSet> {
    const [row]: { data: unknown }[] = await tx.query(
      `select data from rule_set where active_from <= $1 order by version desc limit 1`,
      [now],
    )
    if (!row) throw new Error('no rule set is active: the database was not filled')
    return ruleSetSchema.parse(row.data)
  }

  async isEmpty(tx: EntityManager): Promise<boolean> {
    const [{ filled }] = await tx.query(`select exists (select from federation) as filled`)
    return !filled
  }

  async fill(tx: EntityManager, federations: readonly FederationRow[], rules: RuleSet): Promise<void> {
    const rows = new FederationTree(federations).all
    await tx.query(
      `insert into federation (id, parent_id, data) select * from unnest($1::text[], $2::text[], $3::jsonb[])`,
      [rows.map((row) => row.id), rows.map((row) => row.parentId), rows.map((row) => JSON.stringify(row))],
    )
    await tx.query(`insert into rule_set (version, active_from, data) values ($1, $2, $3)`, [
      rules.version,
      rules.activeFrom,
      JSON.stringify(rules),
    ])
  }
}
