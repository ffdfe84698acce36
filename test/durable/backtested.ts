/** The same in a backtest, which is killed by nobody: its orders, fills and lines, and those of a gateway in its words. */

import { runBacktest } from '../../src/backtest/run'
import { DEFAULT_SETTINGS } from '../../src/backtest/settings'
import { compileForBacktest } from '../../src/backtest/strategy'
import { openData } from '../../src/market/files/open'
import { loadEngine } from '../../src/sandbox/engine'
import { digestOf } from '../../src/schema/digest'
import { type Fill, type Order, sideWord } from '../../src/schema/orders'
import { plainText } from '../../src/schema/plain-text'
import type { Part } from './cast'
import { PAPER, sourceOf } from './cast'
import { END } from './memory'
import { KEPT_LINES, neutralId, type Story } from './story'

/** What both know of. */
export interface Backtested {
  /** Up to the end of the data: behind it a backtest cancels what is open. */
  readonly lines: readonly string[]
  readonly orders: readonly string[]
  readonly executions: readonly string[]
}

const engine = await loadEngine()
const compiled = new Map<string, ReturnType<typeof compile>>()

async function compile(strategy: string) {
  const bytes = new TextEncoder().encode(await sourceOf(strategy))
  const result = await compileForBacktest(engine, {
    bytes,
    hash: digestOf(bytes),
    tag: undefined,
    file: `${strategy}.js`,
  })
  if ('diagnostics' in result) throw new Error(result.diagnostics.map(({ message }) => message).join('; '))
  return result
}

/** @param path of the file of its recording. */
export async function backtested({ strategy, recording, config }: Part, path: string): Promise<Backtested> {
  if (!compiled.has(strategy)) compiled.set(strategy, compile(strategy))
  const program = await compiled.get(strategy)!
  await using feed = await openData([path], { provider: recording.provider })
  const lines: string[] = []
  let handled = 0
  const orders: string[] = []
  const untilMs = recording.lastMs
  const executions: string[] = []
  const ran = await runBacktest({
    engine,
    strategy: program,
    config: {
      ...Object.fromEntries(program.metadata.config.map(({ name, default: value }) => [name, value])),
      ...config,
    },
    settings: {
      ...DEFAULT_SETTINGS,
      cash: PAPER.cash.USDT,
      rules: { ...DEFAULT_SETTINGS.rules, takerBps: PAPER.takerBps, makerBps: PAPER.makerBps },
    },
    feed,
    provider: recording.provider,
    observers: [
      {
        logged: (_, message) => lines.push(plainText(message)),
        faulted: ({ line, column, message }) => lines.push(faultLine(`${line}:${column}`, plainText(message))),
        advanced: () => {
          handled = lines.length
        },
        decided: (decision) => {
          if (decision.kind === 'submit' && decision.timeMs < untilMs && config.dry_run === false)
            orders.push(orderLine(decision.order))
        },
        reported: ({ order, fill }) => {
          if (fill) executions.push(fillLine(order.clientOrderId, fill))
        },
      },
    ],
  })
  if (ran.stopped !== null) lines.push(ran.stopped)
  const said = { lines: comparable(lines.slice(0, handled)), orders, executions }
  return JSON.parse(neutralId(strategy, JSON.stringify(said)))
}

export function inWordsOfBacktest({ lines, orders, executions }: Story, { recording }: Part): Backtested {
  return {
    lines: comparable(lines.map(({ source, message }) => (source === 'host' ? fault(message) : message))),
    orders: orders
      .filter(({ placedAt }) => Date.parse(placedAt) < recording.lastMs)
      .map(({ side, ...order }) => orderLine({ ...order, side: side === 'Buy' ? 'buy' : 'sell' })),
    executions: executions.map(({ clientOrderId, side, tradedAt, ...terms }) =>
      fillLine(clientOrderId, { ...terms, side: side === 'Buy' ? 'buy' : 'sell', timeMs: Date.parse(tradedAt) }),
    ),
  }
}

type Terms = Omit<Order, 'provider' | 'placedBy'>

const orderLine = ({ clientOrderId, symbol, side, type, quantity, price, stopPrice, timeInForce, ...flags }: Terms) =>
  JSON.stringify([
    clientOrderId,
    symbol,
    side,
    type,
    quantity,
    price,
    stopPrice,
    timeInForce,
    flags.postOnly,
    flags.reduceOnly,
    flags.clientTag,
    flags.asked,
  ])

const fillLine = (
  clientOrderId: string,
  { symbol, side, price, quantity, fee, feeCurrency, liquidity, timeMs }: Fill,
) =>
  [
    clientOrderId,
    symbol,
    sideWord(side),
    price,
    quantity,
    fee,
    feeCurrency,
    liquidity,
    new Date(timeMs).toISOString(),
  ].join(' ')

const faultLine = (place: string, message: string) => `fault at ${place}: ${message}`

/** A gateway names the handler besides. */
function fault(message: string): string {
  const [, reason = '', place = ''] =
    /^.* of \w+\.js [a-z ]+?(?:: (.*?))?(?: at \w+\.js:(\d+:\d+))?$/.exec(message) ?? []
  return place === '' ? message : faultLine(place, reason)
}

function comparable(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => line.startsWith(END))
  return lines.slice(0, end < 0 ? lines.length : end + 1).slice(-KEPT_LINES)
}
