import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { driversModel, type Model, parseModel } from '#libs/linkage'
import { BlindIndex, FieldCipher } from '#libs/privacy'

/**
 * People that the first epoch's prior is about. Like everything in an epoch it stays while the epoch does: a prior that
 * grew with the register would make the outcome depend on the order of arrival.
 */
const FIRST_POPULATION = 1_000_000

/** The shipped model, with nothing left to be counted from the records at hand. */
export function firstEpoch(): Model {
  return parseModel({
    ...driversModel,
    prior: { ...driversModel.prior, population: FIRST_POPULATION },
    hubValues: driversModel.hubValues ?? {},
  })
}

/** What records are keyed and weighed under. */
export interface InForce {
  readonly model: Model
  /** Number of the blind key for what one person has only one of: the same for all records, or equal ids would differ. */
  readonly exclusiveKey: number
}

/**
 * The model in force: weights, thresholds, frequencies and hubs, frozen until an admin approves another epoch. Stored sealed,
 * since how frequent which names are is personal data of a kind.
 */
@Injectable()
export class ActiveModel {
  private known: InForce | undefined

  constructor(
    private readonly dataSource: DataSource,
    private readonly cipher: FieldCipher,
    private readonly blind: BlindIndex,
  ) {}

  /** What is in force, or was before if it was replaced this very moment: who writes under it checks the numbers. */
  async inForce(): Promise<InForce> {
    return this.known ?? this.read()
  }

  /** The model of {@link inForce}. */
  async current(): Promise<Model> {
    return (await this.inForce()).model
  }

  /** Reads the model in force anew. */
  async refresh(): Promise<Model> {
    return (await this.read()).model
  }

  /**
   * Puts a model, the shipped one, in force in an empty database.
   *
   * @throws {Error} when the key of the register's ids is missing: to go on without it would take equal ids for different ones
   */
  async begin(tx: EntityManager, now: Date, model = firstEpoch()): Promise<void> {
    await tx.query(
      `insert into model_epoch (epoch, state, sealed, activated_at) values ($1, 'active', $2, $3) on conflict do nothing`,
      [model.epoch, this.seal(model), now],
    )
    await tx.query(`insert into exclusive_key (key_id) values ($1) on conflict do nothing`, [this.blind.active])
    const [{ id }] = await tx.query(`select key_id as id from exclusive_key`)
    if (this.blind.has(id)) return
    throw new Error(
      `BLIND_KEYS 缺少密钥 ${id}，登记库仍在使用它：请放回（排在新密钥之后），完成一次身份重建后再移除。` +
        `BLIND_KEYS lacks key ${id}, which the register still uses: put it back behind the new one, and take it away after a rebuild of the identities.`,
    )
  }

  private async read(): Promise<InForce> {
    const [row] = await this.dataSource.query(
      `select epoch, sealed, key_id as "exclusiveKey" from model_epoch, exclusive_key where state = 'active'`,
    )
    if (!row) throw new Error('no model epoch is active')
    this.known = { model: this.open(row.sealed, row.epoch), exclusiveKey: row.exclusiveKey }
    return this.known
  }

  seal(model: Model): string {
    return this.cipher.seal(JSON.stringify(model), `epoch:${model.epoch}`)
  }

  open(sealed: string, epoch: number): Model {
    return parseModel(JSON.parse(this.cipher.open(sealed, `epoch:${epoch}`)))
  }
}
