import { type INestApplicationContext, Module } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import type { DomainEvent, Stream } from '#libs/contracts'
import { transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { defineService, type ServiceDefinition } from '#libs/platform'

@Module({})
class NothingElse {}

/** Stands for the service that owns a stream: readers get what a spec publishes through it as they would in earnest. */
export class FakePublisher {
  private app: INestApplicationContext | undefined
  readonly service: ServiceDefinition

  constructor(stream: Stream) {
    this.service = defineService({
      name: stream,
      stream,
      routes: [`/fake/${stream}`],
      config: z.object({}),
      module: NothingElse,
      entities: [],
      migrations: {},
      seed: async (app) => {
        this.app = app
      },
    })
  }

  /** Each event commits in a transaction of its own, in the given order. */
  async publish(...events: DomainEvent[]): Promise<void> {
    if (!this.app) throw new Error(`${this.service.name} is not hosted yet`)
    const log = this.app.get(EventLog)
    for (const event of events) await transact(this.app.get(DataSource), (tx) => log.append(tx, [event]))
  }
}
