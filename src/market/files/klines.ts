/** Rows of candles. */
import type { MarketEvent } from '../../schema/events'
import { Contradiction, overruling } from './contradiction'
import type { FormatName } from './formats'
import type { ReaderContext, RowReader } from './layout'
import { symbolColumn } from './layout'
import { intervalName, lengthText } from './lengths'
import { impossibleIn, wrongOrder } from './price-order'
import { type Row, RowProblem } from './row'
import type { Length } from './spacing'
import { monthStart } from './times'

export interface KlineColumns {
  readonly time: (row: Row) => number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume?: number
  /** Reads the last moment of the candle, inclusive. */
  readonly closeTime?: ((row: Row) => number) | undefined
  readonly symbol?: number
  /** Prices are whole numbers with this many digits behind the point. */
  readonly places?: number
}

/** What the time of a candle names: its begin, its end, or its first or last month. */
export type Stamp = 'open' | 'end' | 'firstMonth' | 'lastMonth'

export interface KlineRules extends Length {
  readonly format: FormatName
  readonly stamp: Stamp
  /** That a candle covers, where its time names one of them: 3 of quarters, 12 of years. */
  readonly months: number
  readonly newestFirst: boolean
  /** Which price is which was guessed: a row that no candle can be contradicts it. */
  readonly orderGuessed: boolean
}

type Kline = Extract<MarketEvent, { type: 'KlineSummary' }>

/** The event's time is the candle's close, one millisecond before the next one opens, as Binance counts. */
export function klineReader(columns: KlineColumns, rules: KlineRules, context: ReaderContext): RowReader {
  const symbolOf = symbolColumn(columns.symbol, context)
  const span = new Span(columns, rules)
  const check = priceCheck(columns, rules)
  const { places } = columns
  const interval = rules.months > 0 ? `${rules.months}M` : intervalName(rules.intervalMs)
  const held = endsWithNext(columns, rules) ? new Map<string, Kline>() : undefined
  return {
    read(row, add) {
      const symbol = symbolOf(row)
      if (symbol === undefined) return
      span.read(row, symbol)
      const { openTime, closeTime } = span
      const openPrice = row.price(columns.open, 'open', places)
      const closePrice = row.price(columns.close, 'close', places)
      const highPrice = row.price(columns.high, 'high', places)
      const lowPrice = row.price(columns.low, 'low', places)
      const traded = columns.volume === undefined ? '0' : volume(row, columns.volume)
      // written out: a spread copies field by field
      const payload =
        interval === undefined
          ? { openPrice, closePrice, highPrice, lowPrice, volume: traded, openTime, closeTime }
          : { openPrice, closePrice, highPrice, lowPrice, volume: traded, openTime, closeTime, interval }
      check(row, payload)
      const kline: Kline = {
        eventId: '',
        provider: context.provider,
        symbol,
        sequence: context.ordinal,
        timeMs: closeTime,
        type: 'KlineSummary',
        payload,
      }
      if (!held) return add(kline)
      const before = held.get(symbol)
      held.set(symbol, kline)
      if (before) add(endedBy(before, openTime))
    },
    finish(add) {
      for (const kline of held?.values() ?? []) add(kline)
    },
  }
}

/** Candles that may be shorter than the others end when the next one opens, which is known a row later. */
const endsWithNext = ({ closeTime }: KlineColumns, { stamp, newestFirst, shortestMs, intervalMs }: KlineRules) =>
  stamp === 'open' && !newestFirst && closeTime === undefined && shortestMs < intervalMs

function endedBy(kline: Kline, nextMs: number): Kline {
  const { openTime, closeTime } = kline.payload
  if (nextMs <= openTime || nextMs > closeTime) return kline
  return { ...kline, timeMs: nextMs - 1, payload: { ...kline.payload, closeTime: nextMs - 1 } }
}

/** When the candle of the row opens and closes; one object for all rows. */
class Span {
  openTime = 0
  closeTime = 0
  /** What the candle before named, of each symbol. */
  private readonly names = new Map<string, number>()

  constructor(
    private readonly columns: KlineColumns,
    private readonly rules: KlineRules,
  ) {}

  /** @throws RowProblem */
  read(row: Row, symbol: string): void {
    const { columns, rules, names } = this
    const { stamp, months, intervalMs, shortestMs, newestFirst } = rules
    const byMonth = stamp === 'firstMonth' || stamp === 'lastMonth'
    const time = columns.time(row)
    const named = byMonth ? monthStart(time, stamp === 'firstMonth' ? 0 : 1 - months) : time
    if (intervalMs === 0 && !columns.closeTime) throw lengthless(rules)
    const before = names.get(symbol)
    const distance = before === undefined ? 0 : newestFirst ? before - named : named - before
    this.openTime = stamp === 'end' ? named - intervalMs : named
    if (before === named) throw new RowProblem(`it is a second candle of ${new Date(this.openTime).toISOString()}`)
    if (distance > 0 && distance < shortestMs) throw tooNear(distance, rules)
    names.set(symbol, named)
    if (columns.closeTime) this.closeTime = columns.closeTime(row)
    else if (byMonth) this.closeTime = monthStart(named, months) - 1
    else this.between(named, before, distance > 0 && distance < intervalMs)
    if (this.closeTime < this.openTime) throw new RowProblem('the candle closes before it opens')
  }

  /** @param near the candle before begins or ends within the length of this one: they do not overlap. */
  private between(named: number, before: number | undefined, near: boolean): void {
    const { stamp, intervalMs, newestFirst } = this.rules
    this.closeTime = stamp === 'end' ? named - 1 : named + intervalMs - 1
    if (!near || before === undefined) return
    if (stamp === 'end' && !newestFirst) this.openTime = before
    if (stamp === 'open' && newestFirst) this.closeTime = before - 1
  }
}

function lengthless({ format }: KlineRules): Contradiction {
  return new Contradiction(
    'nothing tells how long its candle is',
    `name the length, as --format ${format}:1h, or in the name of the file, as BTCUSDT-1h.csv`,
  )
}

function tooNear(distance: number, { format, intervalMs }: KlineRules): Contradiction {
  const [near, length] = [lengthText(distance), lengthText(intervalMs)]
  return new Contradiction(
    `it opens ${near} after the candle before it: by the first rows candles are ${length} long (${format})`,
    overruling(`${format}:${length}`, `--format ${format}:${near} reads candles of ${near}`),
  )
}

function priceCheck(columns: KlineColumns, { orderGuessed, format }: KlineRules) {
  const { open, high, low, close, places = 0 } = columns
  // A number is taken from the row where it can be: the first look at a text cut out of it makes a copy.
  const value = (row: Row, column: number, text: string) =>
    places === 0 && row.isPlain(column) ? row.plainNumber(column) : Number(text)
  return (row: Row, { openPrice, closePrice, highPrice, lowPrice }: Kline['payload']): void => {
    const top = value(row, high, highPrice)
    const bottom = value(row, low, lowPrice)
    if (orderGuessed) {
      const first = value(row, open, openPrice)
      const last = value(row, close, closePrice)
      if (Math.max(first, last) > top || Math.min(first, last) < bottom) {
        throw wrongOrder(row, columns, impossibleIn(row, columns) ?? 'the prices are no candle', format)
      }
    }
    if (top < bottom) throw new RowProblem(`high ${highPrice} is below low ${lowPrice}`)
  }
}

/** Vendors write nothing, a dash or NULL for no volume. */
function volume(row: Row, index: number): string {
  const text = row.text(index)
  return text === '' || text === '-' || text === 'NULL' ? '0' : row.decimal(index, 'volume')
}
