import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import { v7 as uuidv7 } from 'uuid'
import { duplicateSuspected, identityResolved, newEvent, registrationSubmitted } from '#libs/contracts'
import { type EventContext, EventLog, type Received, readsBatch } from '#libs/messaging'
import { MatchKeyMaker } from './match-keys.ts'
import { Records } from './records.ts'
import { resolve } from './resolve.ts'

const submission = registrationSubmitted.data

/** Recognises who registered. */
@Controller()
export class ResolverConsumer {
  constructor(
    private readonly keys: MatchKeyMaker,
    private readonly records: Records,
    private readonly log: EventLog,
  ) {}

  @EventPattern<string>(registrationSubmitted.type, readsBatch(submission))
  async onSubmitted(@Payload() events: Received<typeof submission>[], @Ctx() { tx }: EventContext): Promise<void> {
    const now = new Date()
    const records = events.map(({ data }) => ({
      ...this.keys.of(data.application),
      registrationId: data.application.registrationId,
      platform: data.application.platform,
    }))
    await this.records.lock(tx, records)
    const resolutions = resolve(await this.records.sharingKeys(tx, records), records, uuidv7)
    await this.records.add(tx, records, resolutions, now)
    await this.log.append(
      tx,
      resolutions.flatMap(({ identityId, outcome, reason, suspects }, at) => {
        const { data, trace } = events[at]!
        const resolved = {
          identityId,
          outcome,
          reason: reason === 'no_match' ? reason : ('matched' as const),
          evidence: null,
          epoch: 0,
          revision: 1,
          application: data.application,
        }
        return [
          newEvent(identityResolved, resolved, { now, trace }),
          ...suspects.map((otherIdentityId) =>
            newEvent(
              duplicateSuspected,
              { identityId, otherIdentityId, kind: 'id_conflict', weight: null },
              { now, trace },
            ),
          ),
        ]
      }),
    )
  }
}
