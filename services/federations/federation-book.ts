import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { type FederationRow, FederationTree } from './federation-tree.ts'
import { type RuleSet, ruleSetSchema } from './placement-rules.ts'

/** What decides placements at a moment. */
export interface PlacementBasis {
  readonly treeVersion: number
  readonly tree: FederationTree
  readonly rules: RuleSet
}

/** The versions of the federation tree and of the placement rules in the database. */
@Injectable()
export class FederationBook {
  /** The basis that was used last: versions never change, so it stays true. */
  private last: PlacementBasis | undefined

  /** The tree and the rules in force: the highest versions that had become active. */
  async basisAt(tx: EntityManager, now: Date): Promise<PlacementBasis> {
    const [row]: { tree: number | null; rules: number | null }[] = await tx.query(
      `select (select max(version) from federation_tree where active_from <= $1) as tree,
         (select max(version) from rule_set where active_from <= $1) as rules`,
      [now],
    )
    return this.basisOf(tx, row?.tree ?? 0, row?.rules ?? 0)
  }

  /** The tree and the rules of given versions. */
  async basisOf(tx: EntityManager, treeVersion: number, rulesVersion: number): Promise<PlacementBasis> {
    if (this.last?.treeVersion === treeVersion && this.last.rules.version === rulesVersion) return this.last
    const [row]: { tree: FederationRow[] | null; rules: unknown }[] = await tx.query(
      `select (select data from federation_tree where version = $1) as tree,
         (select data from rule_set where version = $2) as rules`,
      [treeVersion, rulesVersion],
    )
    if (!row?.tree || !row.rules) throw new Error(`no federation tree ${treeVersion} or no rule set ${rulesVersion}`)
    this.last = { treeVersion, tree: new FederationTree(row.tree), rules: ruleSetSchema.parse(row.rules) }
    return this.last
  }

  async isEmpty(tx: EntityManager): Promise<boolean> {
    const [{ filled }] = await tx.query(`select exists (select from federation_tree) as filled`)
    return !filled
  }

  /** Writes the first versions. @throws {InvalidFederationTree} */
  async fill(tx: EntityManager, rows: readonly FederationRow[], rules: RuleSet): Promise<void> {
    const { all } = new FederationTree(rows)
    await tx.query(`insert into federation_tree (version, active_from, data) values (1, $1, $2)`, [
      rules.activeFrom,
      JSON.stringify(all),
    ])
    await tx.query(`insert into rule_set (version, active_from, data) values ($1, $2, $3)`, [
      rules.version,
      rules.activeFrom,
      JSON.stringify(rules),
    ])
  }
}
