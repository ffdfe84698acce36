/** Texts without a header: the shapes of their columns tell them apart. */
import type { Columns } from './columns'
import type { FeedKind, FormatName, NamedFormat } from './formats'
import { OTHER_ORDERS } from './price-order'
import { platformSymbol } from './symbols'
import { timeReader } from './times'

interface Shape {
  readonly format: FormatName
  readonly kind: FeedKind
  /** A letter for each column, see FITS; more columns may follow after `*`. */
  readonly shape: string
  readonly columns: Columns
  readonly zone?: string
  readonly delimiter?: string
  /** Nothing tells it from another one: it is read when it is named. */
  readonly named?: true
}

const written = timeReader()
const FITS: Record<string, (field: string) => boolean> = {
  /** Seconds, ms, µs or ns since 1970. */
  e: (field) => /^(\d{10}(\.\d+)?|\d{13}|\d{16}|\d{19})$/.test(field) || /^\d\.\d+e\+1[0-9]$/i.test(field),
  /** Nanoseconds since 1970. */
  N: (field) => /^\d{18,19}$/.test(field),
  /** A written time. */
  d: (field) => !Number.isNaN(written(field)),
  /** HistData's minutes and ticks. */
  m: (field) => /^\d{8} \d{6}$/.test(field),
  h: (field) => /^\d{8} \d{9}$/.test(field),
  n: (field) => /^\d*\.?\d*(e[+-]?\d+)?$/i.test(field) && field !== '',
  i: (field) => /^\d+$/.test(field),
  s: (field) => /^(buy|sell|b|s)$/i.test(field),
  b: (field) => /^(true|false|0|1)$/i.test(field),
  /** A pair; a shorter word may as well be an exchange or a condition. */
  w: (field) => /^[a-z0-9]{2,}-[a-z0-9]{2,}$/i.test(platformSymbol(field)),
  x: () => true,
}

const BARS = { time: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 }
const SHAPES: readonly Shape[] = [
  { format: 'binance-klines', kind: 'klines', shape: 'ennnnnenin*', columns: { ...BARS, closeTime: 6 } },
  {
    format: 'binance-trades',
    kind: 'trades',
    shape: 'innneb*',
    columns: { id: 0, price: 1, quantity: 2, time: 4, buyerMaker: 5 },
  },
  {
    format: 'binance-aggtrades',
    kind: 'trades',
    shape: 'inniieb*',
    columns: { id: 0, price: 1, quantity: 2, time: 5, buyerMaker: 6 },
  },
  {
    format: 'bbgo-trades',
    kind: 'trades',
    shape: 'isnne',
    columns: { id: 0, side: 1, quantity: 2, price: 3, time: 4 },
  },
  {
    format: 'freqtrade-trades',
    kind: 'trades',
    shape: 'exxsnnn',
    columns: { time: 0, id: 1, side: 3, price: 4, quantity: 5 },
  },
  { format: 'histdata-quotes', kind: 'quotes', shape: 'hnnn', columns: { time: 0, bid: 1, ask: 2 }, zone: 'Etc/GMT+5' },
  { format: 'histdata-ohlcv', kind: 'klines', shape: 'mnnnnn', columns: BARS, zone: 'Etc/GMT+5', delimiter: ';' },
  { format: 'trades', kind: 'trades', shape: 'Nnn', columns: { time: 0, price: 1, quantity: 2 } },
  { format: 'kraken-trades', kind: 'trades', shape: 'enn', columns: { time: 0, price: 1, quantity: 2 } },
  { format: 'trades', kind: 'trades', shape: 'enns*', columns: { time: 0, price: 1, quantity: 2, side: 3 } },
  { format: 'trades', kind: 'trades', shape: 'dnns*', columns: { time: 0, price: 1, quantity: 2, side: 3 } },
  { format: 'trades', kind: 'trades', shape: 'ennw', columns: { time: 0, price: 1, quantity: 2, symbol: 3 } },
  { format: 'trades', kind: 'trades', shape: 'dnnw', columns: { time: 0, price: 1, quantity: 2, symbol: 3 } },
  { format: 'ohlcv', kind: 'klines', shape: 'ennnnn*', columns: BARS },
  { format: 'ohlcv', kind: 'klines', shape: 'dnnnnn*', columns: BARS },
  ...Object.entries(OTHER_ORDERS).flatMap(([format, prices]) =>
    ['ennnnn*', 'dnnnnn*'].map(
      (shape): Shape => ({
        format: format as keyof typeof OTHER_ORDERS,
        kind: 'klines',
        shape,
        columns: { time: 0, ...prices, volume: 5 },
        named: true,
      }),
    ),
  ),
]

/**
 * @param rows some rows from the head of the text.
 * @param named the format that the user says it is: rows that do not fit it are broken.
 */
export function readShape(
  rows: readonly (readonly string[])[],
  delimiter: string,
  named: NamedFormat | undefined,
): Shape | undefined {
  const possible = SHAPES.filter((shape) => (named ? shape.format === named.name : shape.named === undefined))
  const fitting = possible.find(
    (shape) => (shape.delimiter ?? delimiter) === delimiter && mostly(rows, (row) => fits(row, shape.shape)),
  )
  if (fitting || !named) return fitting
  return possible.find((shape) => mostly(rows, (row) => hasLength(row, shape.shape)))
}

/** Whether only a name can tell that a text is of this format. */
export const isNamedOnly = (format: FormatName) => SHAPES.some((shape) => shape.format === format && shape.named)

function hasLength(row: readonly string[], shape: string): boolean {
  return shape.endsWith('*') ? row.length >= shape.length - 1 : row.length === shape.length
}

function fits(row: readonly string[], shape: string): boolean {
  if (!hasLength(row, shape)) return false
  return shape
    .replace('*', '')
    .split('')
    .every((letter, i) => FITS[letter]!(row[i]!.trim()))
}

/** True of at least four rows in five: a broken row does not hide what the others are. */
export function mostly(rows: readonly (readonly string[])[], test: (row: readonly string[]) => boolean): boolean {
  return rows.length > 0 && rows.filter(test).length * 5 >= rows.length * 4
}
