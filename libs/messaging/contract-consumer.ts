/** A service that notes what it is told, for the contract of the transports. */
import { Controller, type INestMicroservice, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm'
import {
  codeIssued,
  codeRevoked,
  codeScanned,
  type DomainEvent,
  registrationSubmitted,
  siteOpened,
} from '#libs/contracts'
import { createDataSource } from '#libs/database'
import type { EventContext } from './event-context.ts'
import { reads, readsBatch } from './event-context.ts'
import { EventErrorsFilter } from './event-errors.filter.ts'
import type { EventTransport } from './event-transport.ts'
import { MessagingTables1767225600000 } from './tables.ts'

/** What the handlers do besides writing their effects; both run in the transaction. */
export interface Behaviour {
  before?(events: readonly DomainEvent[], context: EventContext): Promise<void> | void
  after?(events: readonly DomainEvent[], context: EventContext): Promise<void> | void
}

/** The effects of events: nothing in this table keeps an effect from being written twice. */
export class Effects1767225700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create table effect (seq bigint generated always as identity primary key, id uuid not null, key text not null)`,
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table effect')
  }
}

export function contractDataSource(service: string, url: string): DataSource {
  return createDataSource({
    service,
    url,
    poolSize: 6,
    entities: [],
    migrations: [MessagingTables1767225600000, Effects1767225700000],
  })
}

class BehaviourHolder {
  constructor(readonly does: Behaviour) {}
}

/** Handles several types of one stream, alone and in batches, and one of another stream. */
@Controller()
class EffectsController {
  constructor(private readonly behaviour: BehaviourHolder) {}

  @EventPattern<string>(siteOpened.type, reads(siteOpened.data.pick({ siteId: true })))
  onSiteOpened(@Payload() event: DomainEvent, @Ctx() context: EventContext): Promise<void> {
    return this.write([event], context)
  }

  @EventPattern<string>(codeIssued.type, readsBatch(codeIssued.data))
  onCodesIssued(@Payload() events: DomainEvent[], @Ctx() context: EventContext): Promise<void> {
    return this.write(events, context)
  }

  @EventPattern<string>(codeRevoked.type, readsBatch(codeRevoked.data))
  onCodesRevoked(@Payload() events: DomainEvent[], @Ctx() context: EventContext): Promise<void> {
    return this.write(events, context)
  }

  @EventPattern<string>(codeScanned.type, readsBatch(codeScanned.data))
  onScanned(@Payload() events: DomainEvent[], @Ctx() context: EventContext): Promise<void> {
    return this.write(events, context)
  }

  @EventPattern<string>(registrationSubmitted.type, reads(registrationSubmitted.data))
  onSubmitted(@Payload() event: DomainEvent, @Ctx() context: EventContext): Promise<void> {
    return this.write([event], context)
  }

  private async write(events: readonly DomainEvent[], context: EventContext): Promise<void> {
    await this.behaviour.does.before?.(events, context)
    await context.tx.query(`insert into effect (id, key) select * from unnest($1::uuid[], $2::text[])`, [
      events.map(({ id }) => id),
      events.map(({ key }) => key),
    ])
    await this.behaviour.does.after?.(events, context)
  }
}

@Module({})
class ConsumerModule {}

/** Runs the handlers behind a transport as Nest does it. */
export async function startNest(transport: EventTransport, does: Behaviour): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(
    {
      module: ConsumerModule,
      controllers: [EffectsController],
      providers: [{ provide: BehaviourHolder, useValue: new BehaviourHolder(does) }],
    },
    { strategy: transport, logger: false, abortOnError: false },
  )
  app.useGlobalFilters(new EventErrorsFilter())
  await app.listen()
  return app
}
