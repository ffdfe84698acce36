/**
 * Loaded by Bun's test runner before the tests: gives them the module `meltica`, and `expect` the matcher of golden files.
 * It is bundled into the program as text, which has Bun's runner load it.
 */

import * as runner from 'bun:test'
import { dirname, resolve } from 'node:path'
import { plugin } from 'bun'
import type { BacktestOptions, BacktestResult, CheckResult, SweepOptions, SweepResult } from '../../sandbox/testing'
import { atCaller } from './at-caller'
import { BacktestProcess } from './backtest-process'
import { compareWithGolden } from './golden'
import { type Asked, SETTINGS_VARIABLE, type TestSettings } from './messages'
import { backtestResult, isBacktestResult } from './result'
import { sweepResult } from './sweep-result'

const { command, update, watch } = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '') as TestSettings
const { [SETTINGS_VARIABLE]: _settings, BUN_BE_BUN: _bun, ...env } = process.env
const worker = new BacktestProcess(command, env)
process.on('exit', () => worker.end())

/** Paths count from the folder of the test file, as those of its imports do. */
const folder = (): string => dirname(Bun.main)

async function backtest(options: BacktestOptions): Promise<BacktestResult> {
  const asked = optionsOf('backtest', options)
  await watched(asked)
  return backtestResult(await worker.ask('backtest', { folder: folder(), backtest: asked }))
}

async function check(path: string): Promise<CheckResult> {
  if (typeof path !== 'string') throw new TypeError('check takes the path of a strategy, as ./strategy.ts')
  await watched({ strategy: path })
  return worker.ask('check', { folder: folder(), check: path })
}

async function sweep(options: SweepOptions): Promise<SweepResult> {
  const asked = optionsOf('sweep', options)
  await watched(asked)
  return sweepResult(await worker.ask('sweep', { folder: folder(), sweep: asked }))
}

function optionsOf(call: string, options: unknown): Asked {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options as Asked
  throw new TypeError(`${call} takes an object, as { strategy: './strategy.ts', data: 'data.csv' }`)
}

/** `--watch` follows what was imported. The file of a strategy is imported as a path: it is not run here. */
async function watched({ strategy }: Asked): Promise<void> {
  if (!watch || typeof strategy !== 'string' || !/[/\\]|\.[jt]s$/.test(strategy)) return
  const path = resolve(folder(), strategy)
  if (await Bun.file(path).exists()) await import(path, { with: { type: 'file' } })
}

const isCi = !['', '0', 'false'].includes(process.env.CI ?? '')

function toMatchGolden(received: unknown, name: unknown) {
  if (typeof name !== 'string') throw new TypeError('toMatchGolden takes a path, as golden/cross.json')
  if (!isBacktestResult(received)) throw new TypeError('toMatchGolden compares what backtest() gave')
  const difference = compareWithGolden(received, { path: resolve(folder(), name), name, update, isCi })
  return { pass: difference === undefined, message: () => difference ?? `the result is that of ${name}` }
}

runner.expect.extend({ toMatchGolden: atCaller(toMatchGolden) })

/** Strategies import it, and tests may import what stands beside one. */
const strategy = <T>(given: T): T => given

const own = { backtest: atCaller(backtest), check: atCaller(check), strategy, sweep: atCaller(sweep) }
const exports = { ...runner, ...own }
plugin({
  name: 'meltica',
  setup(build) {
    build.module('meltica', () => ({ loader: 'object', exports }))
  },
})
