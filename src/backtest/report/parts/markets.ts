/** Candles of each symbol with the fills on them. */
import { grouped } from '../../result/grouped'
import type { Bars } from '../bars'
import type { ColumnRef, ColumnWriter } from '../columns'
import type { ReportInput } from '../input'
import type { RecordedMarket } from '../recorder'
import type { Market, Section } from '../sections'

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const
/** A double has no more to tell. */
const MOST_DECIMALS = 12

export function marketsSection({ recorder }: ReportInput, columns: ColumnWriter): Section | undefined {
  const { labels } = recorder
  const markets = [...recorder.markets.values()].flatMap((market) => marketOf(market, labels, columns) ?? [])
  // with what was traded most first
  markets.sort((one, other) => other.fills.times.count - one.fills.times.count)
  if (markets.length === 0) return undefined
  const said = markets.map(
    ({ symbol, interval, times, fills }) =>
      `${symbol}: ${grouped(times.count, 0)} candles of ${interval}, ${grouped(fills.times.count, 0)} fills`,
  )
  const data = { markets, ...(labels.length > 0 && { strategies: labels }), summary: `${said.join('. ')}.` }
  return { kind: 'candles', id: 'price', title: 'Price and fills', data }
}

function marketOf(
  { symbol, bars, fills }: RecordedMarket,
  labels: readonly string[],
  columns: ColumnWriter,
): Market | undefined {
  if (!bars || bars.times.length < 2) return undefined
  const prices = pricesOf(bars, columns)
  return {
    symbol,
    interval: lengthText(bars.lengthMs),
    times: columns.wholes(bars.times),
    ...prices,
    fills: {
      times: columns.wholes(fills.times),
      bought: columns.wholes(fills.bought),
      prices: columns.decimals(fills.prices),
      quantities: columns.decimals(fills.quantities),
      ...(labels.length > 0 && { strategy: columns.wholes(fills.strategy) }),
    },
  }
}

/** All four with the same number of decimals. */
function pricesOf(
  { open, high, low, close }: Bars,
  columns: ColumnWriter,
): Pick<Market, 'open' | 'high' | 'low' | 'close'> {
  const scale = [open, high, low, close].reduce(decimalsOf, 0)
  const column = (values: readonly number[]): ColumnRef => columns.numbers(values, scale)
  return { open: column(open), high: column(high), low: column(low), close: column(close) }
}

/** Most decimals of any value, up to those that a picture needs. @param scale so many at least. */
function decimalsOf(scale: number, values: readonly number[]): number {
  let most = scale
  let factor = 10 ** most
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    while (most < MOST_DECIMALS && Math.round(value * factor) / factor !== value) factor = 10 ** ++most
  }
  return most
}

/** As `1 m`, in the largest unit that fits without a rest. */
export function lengthText(ms: number): string {
  const [unitMs, unit] = UNITS.find(([unitMs]) => ms % unitMs === 0) ?? [1, 'ms']
  return `${ms / unitMs} ${unit}`
}
