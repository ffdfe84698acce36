/** Trades as rows: what stands in them, and which of them in which order. */

import { timeText } from '../../../../looks/chart'
import { shown } from '../../../../looks/dom'
import { toneOf } from '../../../../looks/theme'
import type { ColumnRef } from '../../columns'
import type { TradesData } from '../../sections'
import type { Columns } from '../columns'
import type { ShownTrade } from '../context'

export interface Field {
  readonly title: string
  /** To be sorted by. */
  readonly value: (trade: number) => number
  readonly text: (trade: number) => string
  readonly tone?: (trade: number) => 'gain' | 'loss' | ''
  /** Words stand on the left. */
  readonly isWord?: boolean
  readonly about?: string
}

export interface Choice {
  readonly side: '' | 'long' | 'short'
  readonly outcome: '' | 'won' | 'lost' | 'open'
  readonly symbol: string
  /** By its place; undefined for all. */
  readonly strategy: number | undefined
}

export interface Order {
  readonly field: number
  readonly isRising: boolean
}

/** Decimals that stand in a row; what has more is cut there, and is whole in its title. */
const MOST_DECIMALS = 8

export class TradeRows {
  readonly fields: readonly Field[]
  readonly count: number

  constructor(
    private readonly data: TradesData,
    private readonly columns: Columns,
  ) {
    this.count = data.pnl.count
    this.fields = this.allFields()
  }

  /** Places of the trades that were chosen, in the order that was asked for. */
  chosen(choice: Choice, { field, isRising }: Order): Uint32Array {
    const { data, columns } = this
    const [long, open, symbol, pnl] = [data.long, data.open, data.symbol, data.pnl].map((ref) => columns.numbers(ref))
    const wanted = choice.symbol === '' ? -1 : data.symbols.indexOf(choice.symbol)
    const strategies = data.strategy && columns.numbers(data.strategy)
    const isChosen = (trade: number): boolean =>
      (choice.side === '' || (long![trade] === 1) === (choice.side === 'long')) &&
      (wanted < 0 || symbol![trade] === wanted) &&
      (choice.strategy === undefined || strategies?.[trade] === choice.strategy) &&
      (choice.outcome === '' || isOutcome(choice.outcome, pnl![trade]!, open![trade] === 1))
    const all = Uint32Array.from({ length: this.count }, (_, trade) => trade).filter(isChosen)
    const { value } = this.fields[field]!
    const values = Float64Array.from({ length: this.count }, (_, trade) => value(trade))
    const sign = isRising ? 1 : -1
    return all.sort((one, other) => sign * (values[one]! - values[other]!) || one - other)
  }

  /** A trade by its number, from 1 on. */
  shown(number: number): ShownTrade | undefined {
    const trade = number - 1
    if (!(trade >= 0 && trade < this.count)) return undefined
    const { data, columns } = this
    const at = (ref: ColumnRef) => columns.numbers(ref)[trade]!
    const long = at(data.long) === 1
    const symbol = data.symbols[at(data.symbol)]!
    const [quantity, entry, exit, pnl] = [data.quantities, data.entryPrices, data.exitPrices, data.pnl].map((ref) =>
      trimmed(columns.text(ref, trade)),
    )
    const pct = columns.text(data.pnlPct, trade)
    return {
      number,
      symbol,
      long,
      entryMs: at(data.entryTimes),
      exitMs: at(data.exitTimes),
      entryPrice: at(data.entryPrices),
      exitPrice: at(data.exitPrices),
      tone: toneOf(at(data.pnl)),
      text: shown(
        `Trade ${number}: ${long ? 'long' : 'short'} ${quantity} ${symbol} from ${entry} to ${exit}, P&L ${pnl} ${data.currency}, ${Number(pct).toFixed(2)} %`,
      ),
    }
  }

  private strategyField(): Field[] {
    const { strategies, strategy } = this.data
    if (!strategies || !strategy) return []
    const places = this.columns.numbers(strategy)
    const value = (trade: number): number => places[trade]!
    return [{ title: 'Strategy', value, text: (trade) => strategies[value(trade)] ?? '', isWord: true }]
  }

  private allFields(): Field[] {
    const { data, columns } = this
    const numbers = (ref: ColumnRef) => columns.numbers(ref)
    const [long, open, symbol] = [numbers(data.long), numbers(data.open), numbers(data.symbol)]
    const [entry, exit] = [numbers(data.entryTimes), numbers(data.exitTimes)]
    const decimal = (title: string, ref: ColumnRef): Field => ({
      title,
      value: (trade) => numbers(ref)[trade]!,
      text: (trade) => shown(cut(columns.text(ref, trade))),
    })
    const percent = (title: string, ref: ColumnRef): Field => ({
      ...decimal(title, ref),
      text: (trade) => shown(numbers(ref)[trade]!.toFixed(2)),
    })
    const signed = (field: Field): Field => ({ ...field, tone: (trade) => toneOf(field.value(trade)) })
    const time = (title: string, times: Float64Array): Field => ({
      title,
      value: (trade) => times[trade]!,
      text: (trade) => timeText(times[trade]!),
    })
    const symbolField: Field = {
      title: 'Symbol',
      value: (trade) => symbol[trade]!,
      text: (trade) => data.symbols[symbol[trade]!]!,
      isWord: true,
    }
    return [
      { title: '#', value: (trade) => trade, text: (trade) => String(trade + 1) },
      ...(data.symbols.length > 1 ? [symbolField] : []),
      ...this.strategyField(),
      {
        title: 'Side',
        value: (trade) => long[trade]!,
        text: (trade) => `${long[trade] === 1 ? 'long' : 'short'}${open[trade] === 1 ? ', open' : ''}`,
        isWord: true,
      },
      signed(decimal(`P&L ${data.currency}`, data.pnl)),
      signed(percent('P&L %', data.pnlPct)),
      time('Entry', entry),
      time('Exit', exit),
      {
        title: 'Duration',
        value: (trade) => exit[trade]! - entry[trade]!,
        text: (trade) => duration(exit[trade]! - entry[trade]!),
      },
      decimal('Quantity', data.quantities),
      decimal('Entry price', data.entryPrices),
      decimal('Exit price', data.exitPrices),
      decimal('Fees', data.fees),
      ...(data.excursions ?? []).map(({ label, formula, values }) => ({ ...percent(label, values), about: formula })),
    ]
  }
}

function isOutcome(outcome: 'won' | 'lost' | 'open', pnl: number, isOpen: boolean): boolean {
  if (outcome === 'open') return isOpen
  return outcome === 'won' ? pnl > 0 : pnl < 0
}

/** Without zeros at the end that say nothing. */
const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** So many decimals as fit into a row. */
function cut(text: string): string {
  const point = text.indexOf('.')
  if (point < 0 || text.length - point - 1 <= MOST_DECIMALS) return text
  const short = text.slice(0, point + 1 + MOST_DECIMALS)
  return /[1-9]/.test(text.slice(short.length)) ? `${short}…` : short
}

/** The two largest units that it has, as `1h 07m`. */
function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  const total = Math.floor(ms / 1000)
  const units = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'm'],
    [total % 60, 's'],
  ] as const
  const first = units.findIndex(([amount]) => amount > 0)
  const [large, small] = [units[first]!, units[first + 1]]
  return `${large[0]}${large[1]}${small ? ` ${String(small[0]).padStart(2, '0')}${small[1]}` : ''}`
}
