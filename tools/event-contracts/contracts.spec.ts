import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { breakingChanges, Corpus, catalogue, definitionOf, jsonSchemaOf, upcast } from '#libs/contracts'
import { services } from '../../services/index.ts'
import { asyncApiOf, eventReadersOf } from './event-readers.ts'

const FOLDER = 'libs/contracts/corpus'
const specimens = new Corpus(FOLDER).all()
const readers = services.flatMap(eventReadersOf)
const publisherOf = (stream: string) => services.find((service) => service.stream === stream)?.name
const examplesOf = (type: string) => specimens.find((each) => each.type === type)?.examples ?? []

describe('the AsyncAPI document', () => {
  test('is committed as the code makes it', () => {
    expect(parse(readFileSync('docs/asyncapi.yaml', 'utf8'))).toEqual(asyncApiOf(services))
  })

  test('says who sends and who receives', () => {
    const { operations } = asyncApiOf(services)
    expect(operations['identities.send']).toMatchObject({ action: 'send', channel: { $ref: '#/channels/identities' } })
    expect(operations['insights.receive.memberships']).toMatchObject({
      action: 'receive',
      messages: expect.arrayContaining([{ $ref: '#/channels/memberships/messages/membership.approved' }]),
    })
    expect(operations).not.toHaveProperty('insights.send')
    expect(Object.keys(operations).filter((id) => id.endsWith('.send'))).toHaveLength(7)
  })
})

describe('the corpus', () => {
  test('holds every version that was ever published', () => {
    const published = catalogue.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, at) => `${type} ${at + 1}`),
    )
    expect(specimens.map(({ type, version }) => `${type} ${version}`).sort()).toEqual(published.sort())
  })

  test('is as it was frozen', () => {
    expect(new Corpus(FOLDER).faults()).toEqual([])
  })

  test.each(specimens)('$type version $version has examples of its frozen schema', ({ schema, examples }) => {
    const validate = new Ajv2020({ validateFormats: false }).compile(schema)
    expect(examples.length).toBeGreaterThanOrEqual(2)
    for (const example of examples) expect({ example, fits: validate(example) }).toEqual({ example, fits: true })
  })

  test.each(specimens)("$type version $version is read by today's definition", ({ type, version, examples }) => {
    for (const data of examples)
      expect(() => definitionOf(type).data.parse(upcast({ type, version, data }))).not.toThrow()
  })

  const read = readers.flatMap((reader) =>
    specimens.filter(({ type }) => type === reader.type).map((specimen) => ({ ...specimen, ...reader })),
  )
  test.each(read)('$type version $version is read by $service', ({ type, version, examples, reads }) => {
    for (const data of examples) expect(() => reads.parse(upcast({ type, version, data }))).not.toThrow()
  })

  test.each(catalogue)('$type only grows by optional fields', (definition) => {
    const { type, version } = definition
    const frozen = specimens.find((each) => each.type === type && each.version === version)?.schema
    const changes = breakingChanges(frozen, jsonSchemaOf(definition))
    expect(changes.map((change) => `${type}, ${change}: make a new version`)).toEqual([])
  })
})

describe('freezing', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ruhui-corpus-'))
    cpSync(FOLDER, folder, { recursive: true })
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  test('notices a change of a frozen file, and never repairs it', () => {
    const file = join(folder, 'code.revoked.v1.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('海报', '标牌'))
    const corpus = new Corpus(folder)
    expect(corpus.freeze()).toEqual([])
    expect(corpus.faults()).toEqual([expect.stringContaining('code.revoked.v1.json was changed')])
  })

  test('notices a file that is gone, and one that is not frozen', () => {
    const file = join(folder, 'code.revoked.v1.json')
    const digests = JSON.parse(readFileSync(join(folder, 'digests.json'), 'utf8'))
    const { 'site.opened.v1.json': _, ...others } = digests
    writeFileSync(join(folder, 'digests.json'), JSON.stringify(others))
    rmSync(file)
    expect(new Corpus(folder).faults()).toEqual([
      expect.stringContaining('code.revoked.v1.json is gone'),
      expect.stringContaining('site.opened.v1.json is not frozen yet'),
    ])
  })

  test('gives new examples their schema and digest', () => {
    const file = join(folder, 'site.opened.v1.json')
    const { 'site.opened.v1.json': digest, ...others } = JSON.parse(readFileSync(join(folder, 'digests.json'), 'utf8'))
    writeFileSync(join(folder, 'digests.json'), JSON.stringify(others))
    writeFileSync(file, JSON.stringify({ examples: examplesOf('site.opened') }))
    expect(new Corpus(folder).freeze()).toEqual(['site.opened.v1.json'])
    expect(JSON.parse(readFileSync(join(folder, 'digests.json'), 'utf8'))['site.opened.v1.json']).toBe(digest)
    expect(new Corpus(folder).faults()).toEqual([])
  })
})

describe('docs/events.md', () => {
  const rows = readFileSync('docs/events.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map(([, type, version, publisher, key, read]) => ({ type, version, publisher, key, read }))

  test('lists every event with its version, publisher and readers', () => {
    const expected = catalogue.map(({ type, version, stream }) => ({
      type,
      version: String(version),
      publisher: publisherOf(stream),
      key: expect.any(String),
      read:
        readers
          .filter((reader) => reader.type === type)
          .map(({ service }) => service)
          .join(', ') || '–',
    }))
    expect(rows).toHaveLength(expected.length)
    expect(rows).toEqual(expect.arrayContaining(expected))
  })

  test('draws every way from a publisher to a reader, with what goes along', () => {
    const map = /```mermaid\n(.*?)```/s.exec(readFileSync('docs/events.md', 'utf8'))![1]!
    const ways = [...map.matchAll(/^ {2}(.+?) -[-.] "?([^"]+?)"? (?:-->|\.->) (.+)$/gm)]
    const drawn = ways.flatMap(([, from, label, to]) =>
      from!.split(' & ').flatMap((publisher) =>
        to!.split(' & ').flatMap((reader) => {
          const readHere = readers.filter(
            ({ service, type }) => service === reader && publisherOf(definitionOf(type).stream) === publisher,
          )
          const names = label === 'counted' ? readHere.map(({ type }) => type) : label!.split(', ')
          const covered = readHere.filter(({ type }) =>
            names.some((name) => name === type || (name.endsWith('.*') && type.startsWith(name.slice(0, -1)))),
          )
          for (const name of names) expect(name.endsWith('.*') || covered.some(({ type }) => type === name)).toBe(true)
          return covered.map(({ type }) => `${publisher} ${type} ${reader}`)
        }),
      ),
    )
    const expected = readers.map(({ service, type }) => `${publisherOf(definitionOf(type).stream)} ${type} ${service}`)
    expect(drawn.sort()).toEqual(expected.sort())
  })

  test.each(rows)('names the key of $type', ({ type, key }) => {
    for (const example of examplesOf(type!)) {
      const value = key!.split('.').reduce<unknown>((at, field) => (at as Record<string, unknown>)[field], example)
      expect(definitionOf(type!).key(example)).toBe(value)
    }
  })
})
