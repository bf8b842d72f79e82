import { randomUUID } from 'node:crypto'
import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm'
import { z } from 'zod'
import { codeRevoked, newEvent } from '#libs/contracts'
import { transact } from '#libs/database'
import { type EventContext, EventLog, type Received, reads } from '#libs/messaging'
import { Allow, type Principal, Public, Sender } from './access.ts'
import { DomainError, type ErrorKind } from './domain-error.ts'
import { defineService } from './service.ts'

const note = z.object({ text: z.string().min(1) })
const revoked = codeRevoked.data.pick({ reason: true })

/** What the sample service was configured with. */
class Greeting {
  constructor(readonly text: string) {}
}

@Controller('sample')
class SampleController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly greeting: Greeting,
  ) {}

  @Public()
  @Get('hello')
  hello() {
    return { greeting: this.greeting.text }
  }

  @Public()
  @Post('echo')
  echo(@Body({ schema: note }) body: z.infer<typeof note>) {
    return body
  }

  @Public()
  @Get('refused/:kind')
  refused(@Param('kind') kind: ErrorKind) {
    throw new DomainError(kind, 'no_luck', { zh: '不行 <b>', en: 'No luck' }, { hint: 7, retryAfterSeconds: 9 })
  }

  @Public()
  @Get('broken')
  broken() {
    throw new Error('the secret plan')
  }

  @Get('admins')
  admins(@Sender() sender: Principal) {
    return sender
  }

  @Allow('steward')
  @Get('stewards')
  stewards(@Sender() sender: Principal) {
    return sender
  }

  /** Publishes one event per text, each with a key of its own. */
  @Public()
  @Post('notes')
  async publish(@Body({ schema: z.object({ texts: z.array(z.string()) }) }) { texts }: { texts: string[] }) {
    const events = texts.map((reason) =>
      newEvent(codeRevoked, { codeId: randomUUID(), siteId: randomUUID(), reason }, { now: new Date() }),
    )
    await transact(this.dataSource, (tx) => this.log.append(tx, events))
    return { published: events.length }
  }

  /** The texts that have arrived back as events. */
  @Public()
  @Get('notes')
  async notes() {
    return this.dataSource.query('select text, count(*)::int as times from note group by text order by text')
  }
}

/** Keeps the text of every event, but for those that are poison while no antidote is kept. */
@Controller()
class SampleConsumer {
  @EventPattern<string>(codeRevoked.type, reads(revoked))
  async onRevoked(@Payload() { data }: Received<typeof revoked>, @Ctx() { tx }: EventContext): Promise<void> {
    if (data.reason === 'poison') {
      const [antidote] = await tx.query(`select from note where text = 'antidote'`)
      if (!antidote) throw new Error('nothing helps against this')
    }
    await tx.query('insert into note (text) values ($1)', [data.reason])
  }
}

class Notes1767225699000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table note (text text not null)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table note')
  }
}

@Module({ controllers: [SampleController, SampleConsumer] })
class SampleModule {}

/** A small service that does a bit of everything: for the specs of the host. */
export const sampleService = defineService({
  name: 'sample',
  stream: 'qr-codes',
  routes: ['/sample'],
  config: z.object({ SAMPLE_GREETING: z.string().default('hello').describe('What it says') }),
  module: SampleModule,
  entities: [],
  migrations: { Notes1767225699000 },
  providers: ({ SAMPLE_GREETING }) => [{ provide: Greeting, useValue: new Greeting(SAMPLE_GREETING) }],
})

@Public()
@Controller('sam')
class OtherController {
  @Get()
  show() {
    return { other: true }
  }
}

@Module({ controllers: [OtherController] })
class OtherModule {}

/** A second service, whose prefix begins the name of the first one's. */
export const otherService = defineService({
  name: 'other',
  routes: ['/sam'],
  config: z.object({}),
  module: OtherModule,
  entities: [],
  migrations: {},
})
