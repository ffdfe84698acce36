/** What a backtest answers, and how it is written: one JSON object, the same bytes for the same input. */
import { closeSync, openSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Failure } from '../errors/failure'
import type { DataSource } from '../market/files/open'
import type { Statistics } from './figures'
import type { BacktestSettings } from './settings'
import type { ClosedTrade } from './trades'

/** All but the trades, of which there may be more than fit into memory. */
export interface BacktestResult {
  readonly strategy: { readonly name: string; readonly tag: string; readonly hash: string }
  /** The engine's hash: with the strategy's and the data's it says what ran. */
  readonly engine: string
  readonly config: Readonly<Record<string, unknown>>
  readonly settings: WrittenSettings
  readonly data: readonly DataSource[]
  readonly stats: Statistics
  /** Sent to the venue. */
  readonly orders: number
  /** Lines that the strategy logged. */
  readonly logs: number
  /** Exceptions of its handlers. */
  readonly errors: number
  /** Why it ended before the data did. */
  readonly stopped: string | null
}

/** In the order in which they are written. */
export interface WrittenSettings {
  readonly cash: string
  readonly feeBps: number
  readonly makerBps: number
  readonly slippageBps: number
  readonly account: string
  readonly fill: string
  readonly limit: string
  readonly latencyMs: number
  readonly leverage: number
  readonly margin: boolean
  readonly periods: number
  readonly seed: number | string
}

export function writtenSettings({ rules, ...settings }: BacktestSettings): WrittenSettings {
  return {
    cash: settings.cash,
    feeBps: Number(rules.takerBps),
    makerBps: Number(rules.makerBps),
    slippageBps: Number(rules.slippageBps),
    account: settings.account,
    fill: rules.fill,
    limit: rules.limit,
    latencyMs: rules.latencyMs,
    leverage: Number(settings.leverage),
    margin: settings.margin,
    periods: settings.periods,
    seed: Number(settings.seed),
  }
}

/** Writes a result: trades as they come, since they stand before what is known only at the end, to a file beside it. */
export class ResultFile implements AsyncDisposable {
  private readonly tradesPath: string
  private readonly trades: Bun.FileSink
  private count = 0

  /** @throws Failure file_unwritable. */
  constructor(private readonly path: string) {
    this.tradesPath = `${path}.trades`
    touch(this.tradesPath)
    this.trades = Bun.file(this.tradesPath).writer({ highWaterMark: 1 << 20 })
  }

  add(trade: ClosedTrade): void {
    this.trades.write(`${this.count++ === 0 ? '' : ',\n'}    ${JSON.stringify(trade)}`)
  }

  /** Puts the result in its place, whole or not at all. */
  async finish(result: BacktestResult): Promise<void> {
    await this.trades.end()
    const { strategy, engine, config, settings, data, stats, orders, logs, errors, stopped } = result
    const temporary = `${this.path}.tmp`
    const writer = Bun.file(temporary).writer()
    writer.write(`{\n${fields({ strategy, engine, config, settings, data, stats })},\n  "trades": [`)
    if (this.count > 0) {
      writer.write('\n')
      for await (const chunk of Bun.file(this.tradesPath).stream()) writer.write(chunk)
      writer.write('\n  ')
    }
    writer.write(`],\n${fields({ orders, logs, errors, stopped })}\n}\n`)
    await writer.end()
    await rename(temporary, this.path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.tradesPath, { force: true })
  }
}

function touch(path: string): void {
  try {
    closeSync(openSync(path, 'w'))
  } catch (error) {
    throw new Failure('file_unwritable', `${path} cannot be written: ${error instanceof Error ? error.message : error}`)
  }
}

function fields(object: object): string {
  return Object.entries(object)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(',\n')
}
