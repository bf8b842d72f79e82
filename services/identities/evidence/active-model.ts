import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { driversModel, type Model, parseModel } from '#libs/linkage'
import { FieldCipher } from '#libs/privacy'

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

/**
 * The model in force: weights, thresholds, frequencies and hubs, frozen until an admin approves another epoch. Stored sealed,
 * since how frequent which names are is personal data of a kind.
 */
@Injectable()
export class ActiveModel {
  private known: Model | undefined

  constructor(
    private readonly dataSource: DataSource,
    private readonly cipher: FieldCipher,
  ) {}

  /** The model in force, or the one before if it was replaced this very moment: who writes under it checks its number. */
  async current(): Promise<Model> {
    return this.known ?? this.refresh()
  }

  /** Reads the model in force anew. */
  async refresh(): Promise<Model> {
    const [row] = await this.dataSource.query(`select epoch, sealed from model_epoch where state = 'active'`)
    if (!row) throw new Error('no model epoch is active')
    this.known = this.open(row.sealed, row.epoch)
    return this.known
  }

  /** Puts the shipped model in force in an empty database. */
  async begin(tx: EntityManager, now: Date): Promise<void> {
    const model = firstEpoch()
    await tx.query(
      `insert into model_epoch (epoch, state, sealed, activated_at) values ($1, 'active', $2, $3) on conflict do nothing`,
      [model.epoch, this.seal(model), now],
    )
  }

  seal(model: Model): string {
    return this.cipher.seal(JSON.stringify(model), `epoch:${model.epoch}`)
  }

  open(sealed: string, epoch: number): Model {
    return parseModel(JSON.parse(this.cipher.open(sealed, `epoch:${epoch}`)))
  }
}
