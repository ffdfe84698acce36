/** The first hour of an author who has the binary, an empty folder and nothing else, up to a revision on a gateway. */
import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../../backtest/backtests'
import { BINARY, binaryIsOld } from '../../binary'
import { startGateway } from '../../gateway'
import { skipped } from '../../skipped'
import { until } from '../../until'

const HOUR = 'with the binary alone: init, check, test, dev, backtest, sweep, walk-forward, push'
/** Its last week. */
const DATA = ['--data', 'data/sample.csv.gz', '--from', '2024-01-15']

const old = binaryIsOld()
if (old === undefined) test(HOUR, newcomer, 120_000)
else skipped(HOUR, old)

async function newcomer(): Promise<void> {
  await using home = await folder()
  const mine = join(home.path, 'mine')
  // no PATH: nothing but the binary is there
  const env = { TMPDIR: home.path }
  const spawn = (args: readonly string[], more: Readonly<Record<string, string>> = {}, cwd = mine) =>
    Bun.spawn([BINARY, ...args], { cwd, env: { ...env, ...more }, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  /** What a command prints, which goes well. */
  const printed = async (args: readonly string[], more?: Readonly<Record<string, string>>, cwd?: string) => {
    const child = spawn(args, more, cwd)
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    expect({ args, status: await child.exited, stderr }).toEqual({ args, status: 0, stderr: expect.any(String) })
    return { stdout, stderr }
  }
  const digestIn = (text: string) => /sha256:[0-9a-f]{64}/.exec(text)?.[0]

  await printed(['init', 'mine', '--template', 'cross'], {}, home.path)
  const begun = digestIn((await printed(['check', 'strategy.ts'])).stdout)
  expect((await printed(['test'])).stderr).toMatch(/^ *4 pass\n *0 fail$/m)

  const dev = spawn(['dev', 'strategy.ts', ...DATA])
  try {
    const shown = reading(dev.stdout)
    await until(() => shown.text.includes(' orders, '))
    const path = join(mine, 'strategy.ts')
    const source = readFileSync(path, 'utf8')
    writeFileSync(path, source.replace('default: 60 }', 'default: 90 }'))
    await until(() => /^ {2}Fees +\S.* → \S/m.test(shown.text))
    dev.kill('SIGINT')
    expect(await dev.exited).toBe(130)
    await shown.ended
    expect(shown.text).toContain('since the start')
  } finally {
    dev.kill('SIGKILL')
  }

  const checked = digestIn((await printed(['check', 'strategy.ts'])).stdout)
  expect(checked).toBeString()
  expect(checked).not.toBe(begun)
  const ran = await printed(['backtest', 'strategy.ts', ...DATA, '--report', 'report.html', '--json', 'result.json'])
  expect(digestIn(ran.stdout)).toBe(checked)
  const report = readFileSync(join(mine, 'report.html'), 'utf8')
  expect(report).toStartWith('<!doctype html>')
  expect(report).toContain(checked!)
  expect(report.length).toBeLessThan(1_000_000)

  const grid = ['--set', 'fast=60,90', '--set', 'slow=240']
  const swept = await printed(['sweep', 'strategy.ts', ...DATA, ...grid, '--runs', 'runs.jsonl'])
  expect(swept.stdout).toContain('Sharpe')
  const runs = readFileSync(join(mine, 'runs.jsonl'), 'utf8').trimEnd().split('\n')
  const { config, stats, orders, stopped } = JSON.parse(readFileSync(join(mine, 'result.json'), 'utf8'))
  expect(runs).toHaveLength(2)
  expect(JSON.parse(runs[1]!)).toEqual({ config, stats, orders, stopped })
  const walked = await printed(['sweep', 'strategy.ts', ...DATA, ...grid, '--walk-forward', 'train=4d,test=3d'])
  expect(walked.stdout).toMatch(/^1 window, 2 runs: /)

  await using gateway = await startGateway({ command: [BINARY] })
  const pushed = await printed(['push', 'strategy.ts'], { MELTICA_API: gateway.url })
  expect(pushed.stdout).toBe(`mine:v0.1.0 ${checked}\n`)
  const { body } = await gateway.get('/strategies/modules/mine')
  expect(body).toMatchObject({ name: 'mine', hash: checked })
}

/** What has come of a stream so far. */
function reading(stream: ReadableStream<Uint8Array>): { readonly text: string; readonly ended: Promise<void> } {
  const decoder = new TextDecoder()
  const shown = { text: '', ended: Promise.resolve() }
  const read = async () => {
    for await (const chunk of stream) shown.text += decoder.decode(chunk, { stream: true })
  }
  shown.ended = read()
  return shown
}
