/** The project's own market data: small, made up from a fixed seed, the same bytes every time. */
import { writeFileSync } from 'node:fs'
import { decimalOf, pricePath } from './pricepath'

export interface SampleSettings {
  /** 1-minute candles or single trades. */
  readonly kind: 'klines' | 'trades'
  readonly rows: number
  readonly seed: number
}

const DEFAULTS: SampleSettings = { kind: 'klines', rows: 10_080, seed: 7 }
/** 2024-01-01, a Monday. */
const BEGIN_MS = Date.UTC(2024, 0, 1)
const MINUTE_MS = 60_000
/** Price steps within a candle. */
const STEPS = 12

/**
 * Writes a CSV of BTC-USDT; by default a week of 1-minute candles.
 * @param path best named `BTC-USDT-….csv`, so that readers know the symbol.
 */
export function writeSample(path: string, settings: Partial<SampleSettings> = {}): void {
  const { kind, rows, seed } = { ...DEFAULTS, ...settings }
  writeFileSync(path, [...(kind === 'klines' ? candleLines(rows, seed) : tradeLines(rows, seed))].join(''))
}

function* candleLines(rows: number, seed: number): Generator<string> {
  const path = pricePath('BTC-USDT', { seed, volatility: 0.0004, startPrice: 0 })
  const price = (ticks: number) => decimalOf(ticks, path.scale.pricePlaces)
  yield 'timestamp,open,high,low,close,volume\n'
  let open = path.next()
  for (let row = 0; row < rows; row++) {
    const steps = Array.from({ length: STEPS }, () => path.next())
    const close = steps.at(-1)!
    const lots = 1 + Math.floor(path.random() * 2_000_000)
    const numbers = [open, Math.max(open, ...steps), Math.min(open, ...steps), close].map(price)
    const volume = decimalOf(lots, path.scale.quantityPlaces)
    yield `${BEGIN_MS + row * MINUTE_MS},${numbers.join(',')},${volume}\n`
    open = close
  }
}

function* tradeLines(rows: number, seed: number): Generator<string> {
  const path = pricePath('BTC-USDT', { seed, volatility: 0.0001, startPrice: 0 })
  yield 'timestamp,price,quantity,side\n'
  let timeMs = BEGIN_MS
  let last = 0
  for (let row = 0; row < rows; row++) {
    const ticks = path.next()
    const lots = 1 + Math.floor(path.random() * 20_000)
    const side = ticks >= last ? 'buy' : 'sell'
    yield `${timeMs},${decimalOf(ticks, path.scale.pricePlaces)},${decimalOf(lots, path.scale.quantityPlaces)},${side}\n`
    timeMs += 1 + Math.floor(path.random() * 400)
    last = ticks
  }
}
