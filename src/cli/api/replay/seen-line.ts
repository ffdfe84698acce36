/** An event as an operator reads it, in one line. */
import type { SeenEvent } from '../../../sandbox/decoded'
import { plainText } from '../../../schema/plain-text'
import { isRecord } from '../../../schema/record'

export const seenLine = ({ emitTs, type, provider, symbol, payload }: SeenEvent): string =>
  plainText([emitTs, type, provider, symbol, contentOf(type, payload)].filter(Boolean).join(' '))

function contentOf(type: string, payload: unknown): string {
  if (!isRecord(payload)) return JSON.stringify(payload)
  const of = (name: string) => textOf(payload[name])
  switch (type) {
    case 'Trade':
      return `${of('side')} ${of('quantity')} at ${of('price')}`
    case 'Ticker':
      return `bid ${of('bidPrice')}, ask ${of('askPrice')}, last ${of('lastPrice')}`
    case 'KlineSummary':
      return `open ${of('openPrice')}, high ${of('highPrice')}, low ${of('lowPrice')}, close ${of('closePrice')}, volume ${of('volume')}`
    case 'ExecReport':
      return `${of('state')} ${of('clientOrderId')} ${of('side')} ${of('filledQuantity')} of ${of('quantity')} at ${of('avgFillPrice')} ${of('rejectReason')}`.trimEnd()
    case 'BookSnapshot':
      return `bid ${bestOf(payload.bids)}, ask ${bestOf(payload.asks)}`
    default:
      return JSON.stringify(payload)
  }
}

function bestOf(levels: unknown): string {
  const best: unknown = Array.isArray(levels) ? levels[0] : undefined
  return isRecord(best) ? `${textOf(best.quantity)} at ${textOf(best.price)}` : '-'
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
