import type { HostedService } from './hosted-service.ts'
import type { Metrics } from './metrics.ts'

/** Reads the figures that stand in the databases: lag, outbox depth, parked events, pools. */
export async function measureServices(services: readonly HostedService[], metrics: Metrics): Promise<void> {
  const depth = new Map<string, number>()
  for (const { service, dataSource, transport } of services) {
    const { totalCount = 0, idleCount = 0, waitingCount = 0 } = poolOf(dataSource)
    metrics.pool.set({ service: service.name, state: 'busy' }, totalCount - idleCount)
    metrics.pool.set({ service: service.name, state: 'idle' }, idleCount)
    metrics.pool.set({ service: service.name, state: 'waiting' }, waitingCount)
    const parked = (await transport.eventConsumer?.parked.count(dataSource.manager)) ?? 0
    metrics.parkedNow.set({ consumer: service.name }, parked)
    for (const { subscription, events, oldest } of await transport.lag()) {
      metrics.lag.set({ subscription }, events)
      metrics.lagSeconds.set({ subscription }, oldest ? (Date.now() - oldest.getTime()) / 1_000 : 0)
      const stream = subscription.split('<')[1] ?? subscription
      depth.set(stream, Math.max(depth.get(stream) ?? 0, events))
    }
  }
  for (const [stream, events] of depth) metrics.outbox.set({ stream }, events)
}

/** The counters of the node-postgres pool behind a DataSource. */
function poolOf(dataSource: HostedService['dataSource']): {
  totalCount?: number
  idleCount?: number
  waitingCount?: number
} {
  return (dataSource.driver as { master?: object }).master ?? {}
}
