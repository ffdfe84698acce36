/** Where two runs part: the first order, or of results in files the first trade, that one has and the other has not. */
import type { MarketEvent } from '../../schema/events'
import { type DecisionLine, firstDifference } from '../validation/decisions'
import type { ComparedRun, ComparedTrade } from './compared-run'

export interface Difference {
  readonly what: 'order' | 'trade'
  /** The earlier of the two, ms. */
  readonly timeMs: number
  /** Undefined: it has none more. */
  readonly a: string | undefined
  readonly b: string | undefined
}

/** @returns undefined where both do the same. */
export function differenceOf(a: ComparedRun, b: ComparedRun): Difference | undefined {
  if (a.decisions && b.decisions) return differ('order', a.decisions, b.decisions)
  return differ('trade', a.result.trades.map(tradeLine), b.result.trades.map(tradeLine))
}

function differ(
  what: Difference['what'],
  a: readonly DecisionLine[],
  b: readonly DecisionLine[],
): Difference | undefined {
  const at = firstDifference(a, b)
  if (at === undefined) return undefined
  const times = [a[at], b[at]].flatMap((line) => (line ? [line.timeMs] : []))
  return { what, timeMs: Math.min(...times), a: lineText(a[at]), b: lineText(b[at]) }
}

function tradeLine(trade: ComparedTrade): DecisionLine {
  const { symbol, side, quantity, entryTime, exitTime, entryPrice, exitPrice, pnl } = trade
  const text = `${side} ${quantity} ${symbol} from ${entryPrice} to ${exitPrice} at ${exitTime}, profit ${pnl}`
  return { timeMs: Date.parse(entryTime), text }
}

const lineText = (line: DecisionLine | undefined): string | undefined =>
  line && `${new Date(line.timeMs).toISOString()} ${line.text}`

/** The last events up to a time, in the order of the data. */
export async function eventsUpTo(
  batches: AsyncIterable<readonly MarketEvent[]>,
  timeMs: number,
  most: number,
): Promise<MarketEvent[]> {
  let last: MarketEvent[] = []
  for await (const batch of batches) {
    const before = batch.filter((event) => event.timeMs <= timeMs)
    last = [...last, ...before.slice(-most)].slice(-most)
    if (before.length < batch.length) break
  }
  return last
}

/** What a trader reads of an event, in one line. */
export function eventLine(event: MarketEvent): string {
  return `${new Date(event.timeMs).toISOString()} ${event.type} ${event.symbol} ${contentOf(event)}`.trimEnd()
}

function contentOf(event: MarketEvent): string {
  switch (event.type) {
    case 'Trade':
      return `${event.payload.side} ${event.payload.quantity} at ${event.payload.price}`
    case 'Ticker':
      return `bid ${event.payload.bidPrice}, ask ${event.payload.askPrice}, last ${event.payload.lastPrice}`
    case 'KlineSummary': {
      const { openPrice, highPrice, lowPrice, closePrice, volume } = event.payload
      return `open ${openPrice}, high ${highPrice}, low ${lowPrice}, close ${closePrice}, volume ${volume}`
    }
    case 'BookSnapshot': {
      const [bid, ask] = [event.payload.bids[0], event.payload.asks[0]]
      return `bid ${bid ? `${bid.quantity} at ${bid.price}` : '-'}, ask ${ask ? `${ask.quantity} at ${ask.price}` : '-'}`
    }
    default:
      return ''
  }
}
