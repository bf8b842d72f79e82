import { Body, Controller, Get, Post, type Type } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { EventTransport, type ParkedEventSummary } from '#libs/messaging'
import { Allow, SignedIn } from './access.ts'

const replayRequest = z.object({
  keys: z.array(z.string()).min(1).optional().describe('Only the events of these keys; all by default'),
})

const parkedAnswer = z.array(
  z.object({
    eventId: z.uuid(),
    consumer: z.string(),
    type: z.string(),
    version: z.int(),
    key: z.string(),
    parkedAt: z.iso.datetime(),
    attempts: z.int(),
    error: z.string(),
  }),
)

const replayAnswer = z.object({ replayed: z.int(), stillParked: z.int() })

/** What an operator sees and does about the events of one service, at `/api/events/<service>`. */
export function eventAdminController(service: string): Type {
  @ApiTags('events')
  @SignedIn()
  @Allow('operator')
  @Controller(`api/events/${service}`)
  class EventAdminController {
    constructor(
      private readonly transport: EventTransport,
      private readonly dataSource: DataSource,
    ) {}

    /** The parked events, oldest first, at most 200; without their data. */
    @Get('parked')
    @ApiOkResponse({ standardSchema: parkedAnswer })
    async parked(): Promise<ParkedEventSummary[]> {
      return this.transport.eventConsumer?.parked.list(this.dataSource.manager, 200) ?? []
    }

    /** Runs parked events again, in their order. */
    @Post('replay')
    @ApiCreatedResponse({ standardSchema: replayAnswer, description: 'Empty for a service that handles no events' })
    async replay(@Body({ schema: replayRequest }) { keys }: z.infer<typeof replayRequest>) {
      return this.transport.eventConsumer?.replay(keys)
    }
  }
  return EventAdminController
}
