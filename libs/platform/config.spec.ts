import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ConfigError, hostConfig, readConfig } from './config.ts'

const schema = z.object({
  COLOUR: z.enum(['red', 'blue']).describe('Colour of the house'),
  ROOMS: z.coerce.number().int().default(3).describe('Rooms of the house'),
})

/** The message of the error that reading ends in. */
function complaint(environment: Record<string, string | undefined>, config: z.ZodObject = schema): string {
  try {
    readConfig(config, { environment })
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).forPeople).toBe(true)
    return (error as Error).message
  }
  throw new Error('nothing was wrong')
}

describe('readConfig', () => {
  it('reads the variables of the schema and no others', () => {
    const environment = { COLOUR: 'red', ROOMS: '4', PATH: '/bin' }
    expect(readConfig(schema, { environment })).toEqual({ COLOUR: 'red', ROOMS: 4 })
  })

  it('can not be changed afterwards', () => {
    expect(Object.isFrozen(readConfig(schema, { environment: { COLOUR: 'red' } }))).toBe(true)
  })

  it('puts the environment before the defaults of the caller, and those before the schema’s', () => {
    const defaults = { COLOUR: 'blue', ROOMS: '5' }
    expect(readConfig(schema, { environment: {}, defaults })).toEqual({ COLOUR: 'blue', ROOMS: 5 })
    expect(readConfig(schema, { environment: { COLOUR: 'red' }, defaults }).COLOUR).toBe('red')
    expect(readConfig(schema, { environment: { COLOUR: 'red' } }).ROOMS).toBe(3)
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig(schema, { environment: { COLOUR: '', ROOMS: '' }, defaults: { COLOUR: 'blue' } })).toEqual({
      COLOUR: 'blue',
      ROOMS: 3,
    })
    expect(complaint({ COLOUR: '' })).toContain('COLOUR: is not set')
  })

  it('names every variable that is missing or wrong, with what it is for', () => {
    const message = complaint({ ROOMS: 'many' })
    expect(message).toContain('COLOUR: is not set. Colour of the house')
    expect(message).toMatch(/ROOMS: .*number.* Rooms of the house/)
  })

  it('does not repeat a wrong value: it may be a secret in the wrong place', () => {
    expect(complaint({ COLOUR: 'hunter2' })).not.toContain('hunter2')
  })
})

describe('hostConfig', () => {
  const needed = { DATABASE_URL: 'postgres://here/ruhui', TOKEN_PUBLIC_KEY: 'key' }

  it('needs a database and a key, and no more', () => {
    expect(readConfig(hostConfig, { environment: needed })).toMatchObject({ PORT: 8080, LOG_FORMAT: 'json' })
    expect(complaint({}, hostConfig)).toMatch(/DATABASE_URL: is not set.*\n.*TOKEN_PUBLIC_KEY: is not set/)
  })

  it('reads brokers from a list', () => {
    const environment = { ...needed, KAFKA_BROKERS: 'one:9092, two:9092,' }
    expect(readConfig(hostConfig, { environment }).KAFKA_BROKERS).toEqual(['one:9092', 'two:9092'])
  })

  it.each([
    ['PORT', 'abc'],
    ['PORT', '70000'],
    ['PORT', '80.5'],
    ['PUBLIC_URL', 'ruhui'],
    ['DATABASE_POOL', '1'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s', (name, value) => {
    expect(complaint({ ...needed, [name]: value }, hostConfig)).toContain(`  ${name}: `)
  })
})
