/** The project's own market data: small, made up from a fixed seed, the same bytes every time. */
import { writeFileSync } from 'node:fs'
import { type OrderFlow, orderFlow } from './order-flow'
import { decimalOf } from './pricepath'

export interface SampleSettings {
  /** Single trades, or 1-minute candles of the same trades. */
  readonly kind: 'klines' | 'trades'
  readonly rows: number
  readonly seed: number
}

const DEFAULTS: SampleSettings = { kind: 'klines', rows: 10_080, seed: 7 }
/** 2024-01-01, a Monday. */
const BEGIN_MS = Date.UTC(2024, 0, 1)
const MINUTE_MS = 60_000
const STEP_MS = 2000
/** A step moves the price by so much; that is 0.08 % in a minute, 3 % in a day, 60 % in a year. */
const VOLATILITY = 0.00015

/**
 * Writes a CSV of BTC-USDT; by default a week of 1-minute candles.
 * @param path best named `BTC-USDT-….csv`, so that readers know the symbol.
 */
export function writeSample(path: string, settings: Partial<SampleSettings> = {}): void {
  const { kind, rows, seed } = { ...DEFAULTS, ...settings }
  const flow = orderFlow('BTC-USDT', { seed, volatility: VOLATILITY, startPrice: 0, intervalMs: STEP_MS })
  writeFileSync(path, [...(kind === 'klines' ? candleLines(flow, rows) : tradeLines(flow, rows))].join(''))
}

function* candleLines(flow: OrderFlow, rows: number): Generator<string> {
  const { pricePlaces, quantityPlaces } = flow.scale
  const price = (ticks: number) => decimalOf(ticks, pricePlaces)
  yield 'timestamp,open,high,low,close,volume\n'
  for (let row = 0; row < rows; row++) {
    let [open, high, low, close, lots] = [0, 0, Number.POSITIVE_INFINITY, 0, 0]
    for (let step = 0; step < MINUTE_MS / STEP_MS; step++) {
      for (const trade of flow.next().trades) {
        close = trade.ticks
        if (lots === 0) open = close
        high = Math.max(high, close)
        low = Math.min(low, close)
        lots += trade.lots
      }
    }
    const numbers = [open, high, low, close].map(price)
    yield `${BEGIN_MS + row * MINUTE_MS},${numbers.join(',')},${decimalOf(lots, quantityPlaces)}\n`
  }
}

function* tradeLines(flow: OrderFlow, rows: number): Generator<string> {
  const { pricePlaces, quantityPlaces } = flow.scale
  yield 'timestamp,price,quantity,side\n'
  for (let row = 0, timeMs = BEGIN_MS; row < rows; timeMs += STEP_MS) {
    const { trades } = flow.next()
    const apartMs = Math.floor(STEP_MS / trades.length)
    for (let i = 0; i < trades.length && row < rows; i++, row++) {
      const { buys, ticks, lots } = trades[i]!
      const numbers = [timeMs + i * apartMs, decimalOf(ticks, pricePlaces), decimalOf(lots, quantityPlaces)]
      yield `${numbers.join(',')},${buys ? 'buy' : 'sell'}\n`
    }
  }
}
