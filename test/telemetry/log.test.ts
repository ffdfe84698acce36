/** The gateway's log as a machine and a person read it. */
import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type Log, type LogSettings } from '../../src/telemetry/log'

async function written(settings: Pick<LogSettings, 'level' | 'pretty'>, write: (log: Log) => void) {
  const destination = join(mkdtempSync(join(tmpdir(), 'log-')), 'log')
  write(await createLog({ ...settings, destination }))
  return readFileSync(destination, 'utf8')
}

test('a line is JSON with level, time, message and fields', async () => {
  const text = await written({ level: 'info', pretty: false }, (log) => log('warn', 'tag moved', { tag: 'prod' }))
  expect(JSON.parse(text)).toEqual({ level: 'warn', time: expect.any(String), tag: 'prod', msg: 'tag moved' })
})

test('lines below the level are not written', async () => {
  expect(await written({ level: 'warn', pretty: false }, (log) => log('info', 'started'))).toBe('')
})

test('an error is written with its stack', async () => {
  const text = await written({ level: 'info', pretty: false }, (log) =>
    log('error', 'oh', { error: new TypeError('x') }),
  )
  expect(JSON.parse(text).error).toEqual({
    type: 'TypeError',
    message: 'x',
    stack: expect.stringContaining('log.test.ts'),
  })
})

test('for people each line is one line, errors and nested fields in it', async () => {
  const text = await written({ level: 'info', pretty: true }, (log) => {
    log('info', 'tag moved', { after: { hash: 'x', tags: ['a', 'b'] } })
    log('error', 'oh', { error: new TypeError('what it was'), provider: 'sim' })
    log('warn', 'two\nlines')
  })
  const lines = text.trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] .*INFO.*tag moved.*"tags":\["a","b"\]/)
  expect(lines[1]).toMatch(/oh.*TypeError.*what it was.*log\.test\.ts.*"provider":"sim"/)
})

for (const pretty of [false, true]) {
  test(`no escape sequence of a strategy reaches the log (${pretty ? 'for people' : 'for machines'})`, async () => {
    const hostile = '\u001b[2J\u001b]0;title\u0007red\r\nforged line\u009b31m\u202e'
    const text = await written({ level: 'info', pretty }, (log) => {
      log('info', hostile, { inner: [{ [hostile]: hostile }], error: new Error(hostile) })
    })
    const lines = text.trimEnd().split('\n')
    expect(lines.some((line) => line.startsWith('forged'))).toBe(false)
    for (const hidden of ['\u001b[2J', '\u001b]', '\u009b', '\u202e', '\\u001b', '\r'])
      expect(text).not.toContain(hidden)
    expect(text).toContain('red forged line31m')
  })
}

for (const pretty of [false, true]) {
  test(`a disk that is full is no fault of who has something to say (${pretty ? 'for people' : 'for machines'})`, async () => {
    const log = await createLog({ level: 'info', pretty, destination: '/dev/full' })
    log('info', 'a line')
    log('error', 'another one', { error: new Error('oh') })
  })
}
