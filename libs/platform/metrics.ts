import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The metrics of one process, in Prometheus' terms; `GET /metrics` prints them. */
export class Metrics {
  readonly registry = new Registry()

  readonly requests = new Histogram({
    name: 'ruhui_http_request_seconds',
    help: 'Time from the request to the end of the answer',
    labelNames: ['service', 'method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  })
  readonly eventsHandled = new Counter({
    name: 'ruhui_events_handled_total',
    help: 'Events whose effect a consumer has committed',
    labelNames: ['consumer'],
    registers: [this.registry],
  })
  readonly eventsParked = new Counter({
    name: 'ruhui_events_parked_total',
    help: 'Events set aside because their handler failed',
    labelNames: ['consumer', 'type'],
    registers: [this.registry],
  })
  readonly parkedNow = this.gauge('ruhui_parked_events', 'Parked events that wait for a replay', ['consumer'])
  readonly lag = this.gauge('ruhui_event_lag', 'Events that a subscription has not handled yet', ['subscription'])
  readonly lagSeconds = this.gauge('ruhui_event_lag_seconds', 'Age of the oldest of them', ['subscription'])
  readonly outbox = this.gauge('ruhui_outbox_depth', 'Events in a log that its slowest reader has not taken', [
    'stream',
  ])
  readonly pool = this.gauge('ruhui_database_connections', 'Connections of a pool by state', ['service', 'state'])

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  private gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] })
  }
}
