/** `-` is standard input or output in every command that takes a file, or refused where a file is read again. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { folder, strategy, trades } from '../backtest/backtests'
import { PROGRAM } from '../binary'
import { strategySource, type TestGateway } from '../gateway'
import { startTrading } from './api/shell'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const SOURCE = strategy('onTrade(ctx, evt, p, price) { runtime.submitMarketOrder("", price % 2 ? "buy" : "sell", 1) }')
const CSV = trades(100, 101, 102, 103, 104)

let gateway: TestGateway
let place: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  gateway = await startTrading()
  place = await folder()
  await Bun.write(join(place.path, 's.js'), SOURCE)
  await Bun.write(join(place.path, 'd.csv'), CSV)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await place[Symbol.asyncDispose]()
})

async function fed(input: string | undefined, ...args: string[]) {
  const { PATH = '', HOME = '' } = process.env
  const child = Bun.spawn([...PROGRAM, ...args], {
    cwd: place.path,
    env: { PATH, HOME, MELTICA_API: gateway.url },
    stdin: input === undefined ? 'ignore' : Buffer.from(input),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { status: await child.exited, stdout, stderr }
}

test('check reads a strategy, and names standard input where it is wrong', async () => {
  expect((await fed(SOURCE, 'check', '-')).stdout).toBe((await fed(undefined, 'check', 's.js')).stdout)
  const { status, stderr } = await fed('let a = 1\nlet b = = 2\n', 'check', '-')
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^standard input:2:9: compile: /)])
})

test('push reads a strategy', async () => {
  const { status, stdout } = await fed(strategySource({ name: 'piped' }), 'push', '-', '-q')
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^piped@sha256:[0-9a-f]{64}\n$/)])
  const likely = await fed(strategySource({ name: 'likely' }, 'onTrad() {}'), 'push', '-', '-q')
  expect([likely.status, likely.stderr]).toEqual([
    0,
    expect.stringMatching(/^standard input:\d+:\d+: warning: onTrad /),
  ])
  const broken = await fed('module.exports = {', 'push', '-')
  expect([broken.status, broken.stderr]).toEqual([1, expect.stringMatching(/^standard input:1:\d+: compile: /)])
})

test('backtest reads a strategy or its data, and writes its result, all as it does with files', async () => {
  const filed = await fed(undefined, 'backtest', 's.js', '--data', 'd.csv', '--json', 'r.json')
  const written = readFileSync(join(place.path, 'r.json'), 'utf8')
  expect(filed.status).toBe(0)
  const strategyFed = await fed(SOURCE, 'backtest', '-', '--data', 'd.csv', '--json', '-')
  expect(strategyFed.stdout).toBe(written)
  expect(strategyFed.stderr).toEndWith(filed.stdout)
  const { data, ...result } = JSON.parse(written)
  const dataFed = await fed(CSV, 'backtest', 's.js', '--data', '-', '--symbol', 'D', '--json', '-')
  expect(dataFed.status).toBe(0)
  const { data: fedData, ...fedResult } = JSON.parse(dataFed.stdout)
  expect(fedResult).toEqual(result)
  expect(fedData.map(({ sha256 }: { sha256: string }) => sha256)).toEqual(
    data.map(({ sha256 }: { sha256: string }) => sha256),
  )
  expect(readdirSync(place.path).sort()).toEqual(['d.csv', 'r.json', 's.js'])
})

test('risk set reads limits, and names standard input where they are wrong', async () => {
  expect((await fed('maxPositionSize: 7\n', 'risk', 'set', '-')).status).toBe(0)
  expect(JSON.parse((await fed(undefined, 'risk', '--format', 'json')).stdout).limits.maxPositionSize).toBe('7')
  const { status, stderr } = await fed('\nmaxPosition: 1\n', 'risk', 'set', '-')
  expect([status, stderr]).toEqual([
    1,
    'error: standard input:2:1: maxPosition is unknown\n' +
      'hint: correct what the message names; meltica risk set --help lists the limits\n',
  ])
})

test('backup writes what restore reads, and the registry is exported', async () => {
  const { stdout, stderr } = await fed(undefined, 'backup', '-o', '-')
  expect(stderr).toBe('')
  expect(await fed(stdout, 'restore', '-', '-q')).toEqual({ status: 0, stdout: 'sim\n', stderr: '' })
  const exported = await fed(undefined, 'registry', 'export', '-o', '-')
  expect(exported.stdout).toBe((await fed(undefined, 'registry', 'export')).stdout)
  expect(JSON.parse(exported.stdout)).toBeObject()
  const nonsense = await fed('{', 'restore', '-')
  expect(nonsense).toEqual({
    status: 1,
    stdout: '',
    stderr: 'error: standard input is no backup\nhint: give a file that meltica backup wrote\n',
  })
})

test('the API document is written', async () => {
  const { stdout } = await fed(undefined, 'openapi', '--out', '-')
  expect(JSON.parse(stdout).openapi).toBe('3.1.0')
})

test('what is there but is no file is written into, never replaced', async () => {
  const { mode } = statSync('/dev/null')
  expect((await fed(undefined, 'backup', '-o', '/dev/null')).status).toBe(0)
  expect(statSync('/dev/null').mode).toBe(mode)
  expect((await fed(undefined, 'backtest', 's.js', '--data', 'd.csv', '--json', '/dev/null')).status).toBe(0)
  expect(statSync('/dev/null').mode).toBe(mode)
})

describe('is refused', () => {
  test('twice', async () => {
    const { status, stderr } = await fed('', 'backtest', '-', '--data', '-')
    expect([status, stderr]).toEqual([2, expect.stringContaining('standard input is named twice')])
  })
  for (const args of [
    ['token', 'create', 'a', '--file', '-'],
    ['token', 'list', '--file', '-'],
    ['token', 'revoke', 'a', '--file', '-'],
    ['serve', '--tokens', '-'],
  ]) {
    test(args.join(' '), async () => {
      expect(await fed('', ...args)).toEqual({
        status: 2,
        stdout: '',
        stderr: 'error: the file of tokens cannot be -: it is read more than once\nhint: give the path of a file\n',
      })
    })
  }
})
