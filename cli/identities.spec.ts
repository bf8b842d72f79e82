import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { FakePublisher, startTestSystem, type TestSystem } from '#libs/testing'
import { accounts } from '../services/accounts/service.ts'
import { identities } from '../services/identities/service.ts'
import { runProgram } from './program.ts'

describe('ruhui identities', () => {
  let system: TestSystem
  let token: string
  const said = { stdout: '', stderr: '' }

  beforeAll(async () => {
    const fakes = (['registrations', 'federations'] as const).map((stream) => new FakePublisher(stream).service)
    system = await startTestSystem([accounts, identities, ...fakes])
    const body = { operatorSecret: system.secrets.OPERATOR_SECRET }
    token = (await system.request('/api/sessions', { body })).json.token
  })

  afterAll(() => system.stop())

  beforeEach(() => {
    for (const stream of ['stdout', 'stderr'] as const) {
      said[stream] = ''
      jest.spyOn(process[stream], 'write').mockImplementation((text) => {
        said[stream] += text
        return true
      })
    }
  })

  afterEach(() => {
    jest.restoreAllMocks()
  })

  const run = (...args: string[]) => runProgram(['identities', ...args, '--url', system.url, '--token', token])

  it('rebuilds, stays until it is done, and tells what changed', async () => {
    expect(await run('rebuild', '--json')).toBe(0)
    expect(JSON.parse(said.stdout)).toMatchObject({ epoch: null, records: 0, moved: 0, edges: { added: 0 } })
    expect(await run('rebuild')).toBe(0)
    expect(said.stdout).toMatch(/合并 merges +0/)
  })

  it('lists the epochs', async () => {
    expect(await run('epochs', 'list')).toBe(0)
    expect(said.stdout).toMatch(/^1 +active/m)
    said.stdout = ''
    expect(await run('epochs', 'list', '--json')).toBe(0)
    expect(JSON.parse(said.stdout)).toMatchObject({ epochs: [{ epoch: 1, state: 'active' }] })
  })

  it.each([
    [['epochs', 'train'], 'too_few_records'],
    [['epochs', 'approve', '1', '--reason', 'again'], 'epoch_in_force'],
    [['epochs', 'discard', '4', '--reason', 'worse'], 'no_such_epoch'],
  ])('says why %j was refused: exit code 1', async (args, code) => {
    expect(await run(...args)).toBe(1)
    expect(said.stdout).toBe('')
    expect(said.stderr).toContain(code)
  })

  it.each([[['epochs', 'approve', 'two', '--reason', 'good']], [['epochs', 'approve', '2']], [['epochs', 'jump']]])(
    'calls %j a mistake in the command line: exit code 2',
    async (args) => {
      expect(await run(...args)).toBe(2)
      expect(said.stderr).toMatch(/\S/)
    },
  )
})
