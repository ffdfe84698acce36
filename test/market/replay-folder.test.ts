/** The replay provider opens files of its folder alone, and tells nothing of others. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type TestGateway } from '../gateway'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const TAPE = 'timestamp,symbol,price,quantity,side\n1700000000000,BTC-USDT,1,1,buy\n'
const SECRET = 'aws_key=AKIA-hunter2,owner\n'

let gateway: TestGateway
let elsewhere: string
const at = (name: string) => join(gateway.folder, 'data/replay', name)
const provide = (name: string, file: string, more: object = {}) =>
  gateway.post('/providers', { name, adapter: { identifier: 'replay', config: { file, ...more } } })

beforeAll(async () => {
  gateway = await startGateway()
  elsewhere = mkdtempSync(join(tmpdir(), 'meltica-elsewhere-'))
  mkdirSync(at('sub'), { recursive: true })
  mkdirSync(join(gateway.folder, 'data/replay-2'))
  for (const file of [at('tape.csv'), at('sub/tape.csv'), join(elsewhere, 'tape.csv')]) writeFileSync(file, TAPE)
  writeFileSync(join(gateway.folder, 'data/replay-2/tape.csv'), TAPE)
  writeFileSync(join(gateway.folder, 'tape.csv'), TAPE)
  symlinkSync(elsewhere, at('folder-out'))
  symlinkSync(join(elsewhere, 'tape.csv'), at('out.csv'))
  symlinkSync(join(elsewhere, 'none.csv'), at('out-to-nothing.csv'))
  symlinkSync('out-to-nothing.csv', at('over-two.csv'))
  symlinkSync('circle.csv', at('circle.csv'))
  symlinkSync('sub/tape.csv', at('within.csv'))
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(elsewhere, { recursive: true })
})

test('files of the folder are replayed, however their path is written', async () => {
  for (const [index, file] of [
    'tape.csv',
    'sub/tape.csv',
    './sub/../tape.csv',
    'within.csv',
    'data/replay/tape.csv',
    at('tape.csv'),
    `tape.csv, ${at('sub/tape.csv')}`,
  ].entries()) {
    const { status, body } = await provide(`sound-${index}`, file)
    expect([file, status, body.provider?.status ?? body.status]).toEqual([file, 202, 'running'])
  }
})

test('whatever lies elsewhere is refused in words that do not tell whether it is there', async () => {
  for (const [there, gone] of [
    [join(elsewhere, 'tape.csv'), join(elsewhere, 'none.csv')],
    ['/etc/passwd', '/etc/no-such-file'],
    ['../tape.csv', '../none.csv'],
    ['../replay-2/tape.csv', '../replay-2/none.csv'],
    ['../../tape.csv', '../../none.csv'],
    ['/dev/zero', '/dev/none'],
    ['/proc/self/environ', '/proc/self/none'],
    ['folder-out/tape.csv', 'folder-out/none.csv'],
    ['folder-out/tape.csv', 'folder-out/none/none.csv'],
    ['out.csv', 'out-to-nothing.csv'],
    ['out.csv', 'over-two.csv'],
    ['out.csv', 'circle.csv'],
    [at('../replay-2/tape.csv'), at('../replay-2/none.csv')],
    ['tape.csv,/etc/passwd', 'tape.csv,/etc/no-such-file'],
  ] as const) {
    const answers = []
    for (const file of [there, gone]) {
      const { status, text, body } = await provide('outside', file)
      expect([file, status, body.error]).toEqual([file, 422, 'invalid_provider'])
      expect(body.message).toMatch(/is not in data\/replay, the folder of what may be replayed$/)
      expect(body.hint).toMatch(/^put the file into data\/replay .* or name its folder as replay\.directory/)
      const named = file.split(',').at(-1)!
      answers.push(
        text
          .replaceAll(JSON.stringify(named).slice(1, -1), '…')
          .replaceAll(JSON.stringify(JSON.stringify(named)).slice(3, -3), '…'),
      )
    }
    expect(answers[0]).toBe(answers[1]!)
  }
  const { body } = await gateway.get('/providers')
  expect(body.providers.filter(({ name }: { name: string }) => name === 'outside')).toEqual([])
})

test('a refusal quotes names of columns and nothing else of a file', async () => {
  const rows = 'timestamp,price,quantity,side\n1700000000000,1,1,buy\n'
  for (const [content, config] of [
    [SECRET, {}],
    [`{"password":"hunter2"}\n`, {}],
    ['root:x:0:0:hunter2:/root:/bin/bash\n', {}],
    ['hunter2;hunter2\n1;2\n', {}],
    ['time,open,hunter2\n1,2,3\n', {}],
    [`${SECRET}${SECRET}`, { format: 'ohlcv' }],
    ['[["hunter2"]]', {}],
    [`${rows}hunter2,1,1,buy\n`, {}],
    [`${rows}1700000000001,hunter2,1,buy\n`, {}],
    [`${rows}1700000000001,1,1,hunter2\n`, {}],
    ['timestamp,symbol,price,quantity,side\n1700000000000,,1,1,buy\n1700000000001,hunter2,1,1,buy\n', {}],
  ] as const) {
    writeFileSync(at('secret.csv'), content)
    const provided = await provide('secret', 'secret.csv', { symbol: 'BTC-USDT', speed: 0, ...config })
    expect(provided.text).not.toContain('hunter2')
    if (provided.status !== 202) continue
    const scope = { secret: { symbols: ['BTC-USDT'] } }
    await gateway.upload(
      "module.exports = { metadata: { name: 'pacer', tag: 'v1', displayName: 'Pacer', events: ['Trade'] }, create: () => ({}) }",
    )
    const reader = { id: 'reader', strategy: { identifier: 'pacer' }, scope, autostart: true }
    const created = await gateway.post('/strategy/instances', reader)
    expect(created.text).not.toContain('hunter2')
    if (created.status !== 201) {
      await gateway.delete('/providers/secret')
      continue
    }
    const { text, body } = await gateway.until('/providers/secret', ({ body }) => body.status !== 'running')
    expect([body.status, text.includes('hunter2')]).toEqual(['failed', false])
    await gateway.delete('/strategy/instances/reader')
    await gateway.delete('/providers/secret')
  }
})

test('a provider of an earlier run whose file lies elsewhere is shown as failed, with how to allow it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-earlier-'))
  writeFileSync(join(folder, 'tape.csv'), TAPE)
  const config = `replay: { directory: . }\nproviders: [{ name: tape, adapter: { identifier: replay, config: { file: tape.csv } } }]\n`
  {
    await using before = await startGateway({ folder, config })
    expect((await before.get('/providers/tape')).body.status).toBe('running')
  }
  await using after = await startGateway({ folder, config: config.replace(/^.*\n/, '') })
  const { body } = await after.get('/providers/tape')
  expect([body.status, body.startupError]).toEqual([
    'failed',
    expect.stringMatching(/data\/replay\/tape\.csv does not exist; put .* or name its folder as replay\.directory/),
  ])
  rmSync(folder, { recursive: true })
})
