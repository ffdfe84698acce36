/** Backtests: in this process, one after the other, and by the command in a process each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runBacktest } from '../../../src/backtest/run'
import { type BacktestSettings, DEFAULT_SETTINGS } from '../../../src/backtest/settings'
import type { Trade } from '../../../src/backtest/statistics/trades'
import { compileForBacktest } from '../../../src/backtest/strategy'
import { parseTimeframes } from '../../../src/market/candles/timeframe'
import { openData } from '../../../src/market/files/open'
import { rulesOf as marketRules } from '../../../src/market/rules/rules'
import { loadEngine } from '../../../src/sandbox/engine'
import { digestOf } from '../../../src/schema/digest'
import { plainText } from '../../../src/schema/plain-text'
import { meltica } from '../../cli/meltica'
import type { Paper, Recording, Situation } from '../situation'
import { STRATEGY } from '../strategy'
import { faultLine, placeOf, type Transcript, transcriptOf } from '../transcript'
import { rulesOf, type Way } from './way'

/** As a backtest calls it. */
const PROVIDER = 'backtest'

const skips = ({ rolled, other, limits }: Situation): string | undefined => {
  if (rolled) return 'a backtest has one revision'
  if (other) return 'a backtest has one provider'
  return limits && 'a backtest has no risk limits'
}

export const backtest: Way = {
  name: 'backtest',
  skips,
  async run(situations, source) {
    using folder = temporary()
    const engine = await loadEngine()
    const bytes = new TextEncoder().encode(source)
    const compiled = await compileForBacktest(engine, { bytes, hash: digestOf(bytes), tag: undefined })
    if ('diagnostics' in compiled) throw new Error(compiled.diagnostics.map(({ message }) => message).join('; '))
    const transcripts: Transcript[] = []
    for (const [i, situation] of situations.entries()) {
      const path = await written(situation.data, join(folder.path, String(i)))
      await using feed = await openData([path], { provider: PROVIDER, ...madeOf(situation) })
      const rules = rulesOf(situation)
      const lines: string[] = []
      const trades: Trade[] = []
      const { orders, stopped } = await runBacktest({
        engine,
        strategy: compiled,
        config: { program: '', dry_run: false, ...configOf(situation) },
        settings: settingsOf(situation.paper ?? {}),
        feed,
        ...(rules !== undefined && { rules: marketRules(rules, 'rules.json') }),
        provider: PROVIDER,
        observers: [
          {
            traded: (trade) => trades.push(trade.toJSON()),
            // as the command prints it
            logged: (_, message) => lines.push(plainText(message)),
            faulted: ({ line, column, message }) => lines.push(faultLine(placeOf(line, column), plainText(message))),
          },
        ],
      })
      if (stopped !== null) lines.push(stopped)
      transcripts.push(transcriptOf({ owner: STRATEGY, providers: [PROVIDER], lines, trades, orders, passes: 1 }))
    }
    return transcripts
  },
}

export const command: Way = {
  name: 'backtest command',
  skips: (situation) => skips(situation) ?? (situation.sampled ? undefined : 'a process for each takes too long'),
  async run(situations, source) {
    using folder = temporary()
    const file = join(folder.path, `${STRATEGY}.js`)
    await Bun.write(file, source)
    const one = async (situation: Situation, i: number) => {
      const data = await written(situation.data, join(folder.path, String(i)))
      const result = join(folder.path, `${i}.json`)
      const set = Object.entries(configOf(situation)).flatMap(([key, value]) => ['--set', `${key}=${value}`])
      const flags = [...set, ...flagsOf(situation.paper ?? {}), ...timeframeOf(situation)]
      const rules = rulesOf(situation)
      if (rules !== undefined) await Bun.write(join(folder.path, `${i}-rules.json`), rules)
      const bound = rules === undefined ? [] : ['--rules', join(folder.path, `${i}-rules.json`)]
      const args = ['backtest', file, '--data', data, '--logs', '--json', result, ...flags, ...bound]
      const { status, stderr } = await meltica(folder.path, ...args)
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
      const { trades, orders }: { trades: Trade[]; orders: number } = await Bun.file(result).json()
      const lines = stderr.split('\n').flatMap(printed)
      return transcriptOf({ owner: STRATEGY, providers: [PROVIDER], lines, trades, orders, passes: 1 })
    }
    const transcripts: Transcript[] = []
    for (const [i, situation] of situations.entries()) transcripts.push(await one(situation, i))
    return transcripts
  },
}

/** What a line of standard error says of the strategy. */
function printed(line: string): string[] {
  const logged = /^\S+Z (.*)$/.exec(line)
  const fault = /^error: parity\.js(?::(\d+):(\d+))?: (.*)$/.exec(line)
  if (logged) return [logged[1]!]
  const [, row, column, message = ''] = fault ?? []
  return fault ? [faultLine(placeOf(Number(row ?? 0), Number(column ?? 0)), message)] : []
}

const configOf = ({ name, data, config }: Situation) => ({ situation: name, events: data.events, ...config })

function settingsOf(paper: Paper): BacktestSettings {
  const { account, cash, leverage, checkMargin, multiplier, marginPerContract, ...rules } = paper
  return {
    ...DEFAULT_SETTINGS,
    ...(account !== undefined && { account }),
    ...(cash !== undefined && { cash }),
    ...(leverage !== undefined && { leverage }),
    ...(checkMargin !== undefined && { margin: checkMargin }),
    ...(multiplier !== undefined && { multiplier }),
    ...(marginPerContract !== undefined && { marginPerContract }),
    rules: { ...DEFAULT_SETTINGS.rules, ...rules },
  }
}

function flagsOf({ checkMargin = true, ...paper }: Paper): string[] {
  const flag = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const named = Object.entries(paper).flatMap(([name, value]) => [flag(name), String(value)])
  return checkMargin ? named : [...named, '--no-margin']
}

const madeOf = ({ klines }: Situation) => (klines ? { timeframes: parseTimeframes(klines) } : {})
const timeframeOf = ({ klines }: Situation) => (klines ? ['--timeframe', klines.join(',')] : [])

async function written({ file, text }: Recording, folder: string): Promise<string> {
  const path = join(folder, file)
  await Bun.write(path, text)
  return path
}

function temporary(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'meltica-parity-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
