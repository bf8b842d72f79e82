import { createRequire } from 'node:module'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'

// A part of kafkajs that has no types.
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue')

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

describe('the request queue of kafkajs as patched', () => {
  it('sets no timer while nothing waits', () => {
    const { queue, send } = queueOf(1)
    send(1)
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 })
    expect(jest.getTimerCount()).toBe(0)
  })

  it('sends what waited for a throttle when the throttle ends', () => {
    const { queue, send, sent } = queueOf(1)
    queue.maybeThrottle(1_000)
    send(1)
    jest.advanceTimersByTime(999)
    expect(sent).toEqual([])
    jest.advanceTimersByTime(1)
    expect(sent).toEqual([1])
  })

  it('sends what waited for an answer when the answer comes', () => {
    const { queue, send, sent } = queueOf(1)
    send(1)
    send(2)
    expect(sent).toEqual([1])
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 })
    expect(sent).toEqual([1, 2])
  })
})

function queueOf(maxInFlightRequests: number) {
  const queue = new RequestQueue({
    maxInFlightRequests,
    requestTimeout: 30_000,
    enforceRequestTimeout: false,
    clientId: 'spec',
    broker: 'localhost:9092',
    logger: { debug: () => {}, warn: () => {} },
  })
  const sent: number[] = []
  const send = (correlationId: number) =>
    queue.push({
      entry: { correlationId, resolve: () => {}, reject: () => {} },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    })
  return { queue, send, sent }
}
