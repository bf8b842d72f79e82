import type { Logger } from 'pino'
import type { DomainEvent } from '#libs/contracts'
import type { ConsumerObserver } from '#libs/messaging'
import type { Metrics } from './metrics.ts'

/** Tells log and metrics what happens to events. */
export function consumerObserver(logger: Logger, metrics: Metrics): ConsumerObserver {
  return {
    handled: (consumer, events) => metrics.eventsHandled.inc({ consumer }, events),
    parked: (consumer, { id, type, key }: DomainEvent, error) => {
      metrics.eventsParked.inc({ consumer, type })
      logger.error({ consumer, eventId: id, eventType: type, key, err: error }, 'event parked')
    },
    retrying: (consumer, error) => logger.warn({ consumer, err: error }, 'trying events again'),
  }
}
