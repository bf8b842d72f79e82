import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'

const logging = new URL('logging.ts', import.meta.url).href
const loader = new URL('../testing/typescript-loader.mjs', import.meta.url).href

/** What a program writes that logs with `logger` and Nest's `nest`. */
async function outputOf(program: string, config = { LOG_LEVEL: 'debug', LOG_FORMAT: 'json' }): Promise<string> {
  const source = `import { createLogger, NestLogger } from '${logging}'
    const logger = createLogger(${JSON.stringify(config)}); const nest = new NestLogger(logger); ${program}`
  const args = ['--conditions=source', '--import', loader, '--input-type=module', '--eval', source]
  return (await promisify(execFile)(process.execPath, args)).stdout
}

it('writes lines of JSON in which neither fields, texts nor errors hold personal data', async () => {
  const output = await outputOf(`
    const error = Object.assign(new TypeError('no 13812345678'), { code: 'E1', parameters: ['王小明'] })
    logger.info({ service: 'sample', driver: { name: '王小明' }, ids: ['11010519491231002X'] }, 'call 13812345678')
    logger.error({ err: error }, 'failed')
    logger.error({ err: error })
    logger.error(error)
    logger.warn('苏B12345 %s', '13812345678')
    nest.log('started', 'Nest'); nest.debug('a'); nest.warn('苏B12345'); nest.error(error, 'stack'); nest.error('why')`)
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(output).not.toMatch(/1381234567|王小明|1101051949|B12345/)
  expect(lines[0]).toMatchObject({ level: 'info', service: 'sample', msg: 'call [hidden]', ids: ['[hidden]'] })
  expect(lines[1]).toMatchObject({
    level: 'error',
    msg: 'failed',
    err: { type: 'TypeError', message: 'no [hidden]', code: 'E1', stack: expect.stringContaining('at ') },
  })
  expect(lines.slice(2, 4)).toMatchObject([{ msg: 'no [hidden]' }, { msg: 'no [hidden]', err: { type: 'TypeError' } }])
  expect(lines.slice(5).map(({ level, msg }) => [level, msg])).toEqual([
    ['debug', 'started'],
    ['debug', 'a'],
    ['warn', '[hidden]'],
    ['error', 'TypeError: no [hidden]'],
    ['error', 'why'],
  ])
})

it('writes lines for people, from the level that was asked for', async () => {
  const output = await outputOf(`logger.info('quiet'); logger.warn({ port: 8080 }, 'loud 13812345678')`, {
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'text',
  })
  expect(output).toMatch(/^WARN.*: loud \[hidden\] \{"port":8080\}\n$/)
})
