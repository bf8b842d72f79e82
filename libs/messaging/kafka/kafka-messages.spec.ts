import { expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { asyncApiDocument, messageSent, newEvent } from '#libs/contracts'
import { toKafka } from './kafka-messages.ts'

const { headers } = asyncApiDocument([]).components.messages[messageSent.type]!
const validate = new Ajv2020({ validateFormats: false }).compile({ ...headers, additionalProperties: false })
const id = '019ad5c0-7a10-7001-8a4b-5c2d90e1f001'
const data = { messageId: id, registrationId: id, template: 'membership-approved', channel: 'page' } as const
const now = new Date('2026-03-02T01:15:30Z')

test.each([null, 'a-request'])('the headers are those of the AsyncAPI document, with the trace %p', (trace) => {
  const written = toKafka(newEvent(messageSent, data, { now, trace })).headers
  validate(written)
  expect(validate.errors).toBeNull()
  expect(Object.keys(written).sort()).toEqual(
    Object.keys(headers.properties)
      .filter((name) => name !== 'ce_trace' || trace !== null)
      .sort(),
  )
})
