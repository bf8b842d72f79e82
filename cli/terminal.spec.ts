import { afterEach, expect, it, jest } from '@jest/globals'
import { Progress, table } from './terminal.ts'

const { isTTY } = process.stderr

afterEach(() => {
  process.stderr.isTTY = isTTY
  jest.restoreAllMocks()
})

it('sets columns one below the other, Chinese characters being two wide', () => {
  expect(
    table([
      ['扫码 scans', '5'],
      ['𠮷', '1234'],
      ['a', ''],
    ]),
  ).toBe('扫码 scans     5\n𠮷          1234\na')
})

it('writes one line for a step where there is no terminal, without control characters', () => {
  const written = capture(false)
  const progress = new Progress()
  progress.show('step', '1/3')
  progress.show('step', '2/3')
  progress.show('next')
  progress.end()
  expect(written.join('')).toBe('step 1/3\nnext\n')
})

it('writes over the line of a step on a terminal, and leaves it as far as the step has come', () => {
  const written = capture(true)
  const progress = new Progress()
  progress.show('step', '1/3')
  progress.show('step', '3/3')
  progress.show('next')
  progress.end()
  progress.end()
  const over = '\r\u001b[2K'
  expect(written.join('')).toBe(`${over}step 1/3${over}step 3/3\n${over}next${over}next\n`)
})

function capture(terminal: boolean): string[] {
  const written: string[] = []
  process.stderr.isTTY = terminal
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  return written
}
