/** From the command line to what a run is made of: a strategy that compiles, its config, the settings and the data. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backtest } from '../../backtest/run'
import { type CompiledStrategy, compileForBacktest } from '../../backtest/strategy'
import type { Member, Together } from '../../backtest/terms'
import { Failure } from '../../errors/failure'
import { STANDARD, spoolInput } from '../../files/input'
import { parseTimeframes } from '../../market/candles/timeframe'
import { type DataFeed, openData } from '../../market/files/open'
import { readRules } from '../../market/rules/rules'
import { writeSample } from '../../market/sample'
import { type Engine, loadEngine } from '../../sandbox/engine'
import { diagnosticLine } from '../diagnostics'
import { configOf, type RunFlags, type SetValues, settingsOf } from './flags'
import { findAtHome } from './local-selector'

/** As strategies see it. */
const PROVIDER = 'backtest'
export const DEFAULT_DATA = 'data.csv'
const SAMPLE = 'BTC-USDT-sample.csv'

/** All that decides what comes of a run. */
export type Run = Omit<Backtest, 'strategy' | 'observers' | 'signal'> & {
  readonly strategy: CompiledStrategy
  /** Paths of the data, to be opened once more. */
  readonly files: readonly string[]
}

/**
 * @param selector of the strategy, or the path of its file. @param stack closes what is opened here.
 * @param open gives the data.
 * @throws Failure of the strategy, its config, the settings and the data.
 */
export async function openRun(
  selector: string,
  flags: RunFlags,
  stack: AsyncDisposableStack,
  open: FeedOpener = openFeedOnce,
): Promise<Run> {
  if ([selector, ...(flags.data ?? [])].filter((name) => name === STANDARD).length > 1)
    throw new Failure('usage', 'standard input is named twice: it can be read but once')
  const engine = await loadEngine()
  const { strategy, path } = await loadStrategy(engine, selector, flags.strategies)
  const config = configOf(strategy.metadata, flags.set ?? {}, path)
  const settings = settingsOf(flags)
  const rules = flags.rules === undefined ? undefined : readRules(flags.rules)
  const files = await dataFiles(flags.data, stack)
  const feed = await open(files, flags, stack)
  return { engine, strategy, config, settings, ...(rules && { rules }), files, feed, provider: PROVIDER }
}

/** Several strategies on the same data. */
export interface GroupRun extends Omit<Together, 'observers' | 'signal' | 'members'> {
  readonly members: readonly GroupMember[]
  /** Paths of the data, to be opened once more. */
  readonly files: readonly string[]
}

interface GroupMember extends Omit<Member, 'strategy'> {
  readonly strategy: CompiledStrategy
  /** As it was typed, perhaps with a name before it. */
  readonly selector: string
}

/**
 * @param selectors of several strategies, each perhaps with a name of its own before it: `a=grid`.
 * @throws Failure as `openRun`, and usage for names that are not apart.
 */
export async function openGroup(
  selectors: readonly string[],
  flags: RunFlags & { readonly accounts: Together['accounts'] },
  stack: AsyncDisposableStack,
): Promise<GroupRun> {
  const engine = await loadEngine()
  const found: { label: string; strategy: CompiledStrategy; path: string; selector: string }[] = []
  for (const text of selectors) {
    const { label, selector } = labelled(text)
    if (selector === STANDARD) throw new Failure('usage', 'several strategies are read from files: one of them is -')
    const { strategy, path } = await loadStrategy(engine, selector, flags.strategies)
    found.push({ label: label ?? strategy.name, strategy, path, selector: text })
  }
  const labels = found.map(({ label }) => label)
  const twice = labels.find((label, index) => labels.indexOf(label) !== index)
  if (twice !== undefined) {
    const hint = `give each a name, as a=${twice} b=${twice}`
    throw new Failure('usage', `two of the strategies are called ${twice}`, {}, hint)
  }
  const sets = settingsByLabel(flags.set ?? {}, labels)
  const members = found.map(({ label, strategy, path, selector }) => {
    return { label, strategy, selector, config: configOf(strategy.metadata, sets.get(label)!, path) }
  })
  const settings = settingsOf(flags)
  const rules = flags.rules === undefined ? undefined : readRules(flags.rules)
  const files = await dataFiles(flags.data, stack)
  const feed = stack.use(await openFeed(files, flags))
  const { accounts } = flags
  return { engine, members, accounts, settings, ...(rules && { rules }), files, feed, provider: PROVIDER }
}

/** What a selector is called, where a name stands before it: `a=grid`. */
export function labelled(text: string): { readonly label?: string; readonly selector: string } {
  const [, label, selector = text] = /^([A-Za-z0-9._-]+)=(.+)$/.exec(text) ?? []
  return { selector, ...(label !== undefined && { label }) }
}

/** `grid.quantity=0.1` is the quantity of the strategy that is called grid. @throws Failure usage. */
function settingsByLabel(set: SetValues, labels: readonly string[]): Map<string, Record<string, string>> {
  const sets = new Map(labels.map((label) => [label, {} as Record<string, string>]))
  for (const [key, value] of Object.entries(set)) {
    const label = labels.find((one) => key.startsWith(`${one}.`))
    if (label === undefined) {
      const hint = `write --set ${labels[0]}.${key.split('.').at(-1)}=${value}`
      throw new Failure('usage', `--set ${key} names none of ${labels.join(', ')} before the dot`, {}, hint)
    }
    sets.get(label)![key.slice(label.length + 1)] = value
  }
  return sets
}

/**
 * @param home the strategy home, where selectors are looked up.
 * @returns with the path of its file.
 * @throws Failure strategy_validation_failed with a line for each diagnostic, and as `findAtHome`.
 */
export async function loadStrategy(
  engine: Engine,
  selector: string,
  home: string,
): Promise<{ readonly strategy: CompiledStrategy; readonly path: string }> {
  const source = await findAtHome(selector, home)
  const strategy = await compileForBacktest(engine, source)
  if ('diagnostics' in strategy) {
    const lines = strategy.diagnostics.map((diagnostic) => diagnosticLine(selector, diagnostic))
    throw new Failure('strategy_validation_failed', ['the strategy is not valid', ...lines].join('\n'))
  }
  return { strategy, path: source.path ?? selector }
}

/** All flags that say what is read from the files. */
export const FEED_FLAGS = ['symbol', 'timezone', 'from', 'to', 'format', 'timeframe', 'skipBadRows'] as const

export type FeedFlags = Pick<RunFlags, (typeof FEED_FLAGS)[number]>

/** @param files as of `dataFiles`. @param stack closes what is not kept. @throws Failure of the data. */
export type FeedOpener = (files: readonly string[], flags: FeedFlags, stack: AsyncDisposableStack) => Promise<DataFeed>

const openFeedOnce: FeedOpener = async (files, flags, stack) => stack.use(await openFeed(files, flags))

/** @param files as of `dataFiles`. @throws Failure of the data. */
export async function openFeed(files: readonly string[], flags: FeedFlags): Promise<DataFeed> {
  const { symbol, timezone, from, to, format, timeframe, skipBadRows = false } = flags
  return openData(files, {
    provider: PROVIDER,
    skipBadRows,
    ...(symbol === undefined ? {} : { symbol }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(format === undefined ? {} : { format }),
    ...(timeframe === undefined ? {} : { timeframes: parseTimeframes(timeframe) }),
  })
}

/** Standard input is put into a file first, which goes with the stack: market data is read more than once. */
export async function dataFiles(named: readonly string[] | undefined, stack: AsyncDisposableStack): Promise<string[]> {
  if (named === undefined) return [await defaultData(stack)]
  const spooled = named.includes(STANDARD) ? await spoolInput(await temporaryFolder(stack)) : STANDARD
  return named.map((path) => (path === STANDARD ? spooled : path))
}

async function temporaryFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meltica-data-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** `./data.csv`, or a sample of our own that goes with the process. */
async function defaultData(stack: AsyncDisposableStack): Promise<string> {
  if (existsSync(DEFAULT_DATA)) return DEFAULT_DATA
  const path = join(await temporaryFolder(stack), SAMPLE)
  writeSample(path)
  process.stderr.write(`no --data and no ./${DEFAULT_DATA}: a generated sample is used\n`)
  return path
}
