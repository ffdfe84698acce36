/** Records as a host is sent them, and what stands in them. */

import { RecordCursor } from '../../src/sandbox/cursor'
import { NEVER_WAITS } from '../../src/sandbox/layout'
import { RecordWriter } from '../../src/sandbox/records'
import { priceOf } from '../../src/sandbox-host/prices'
import type { ExecutionReport } from '../../src/schema/orders'
import { filled, orderOf } from '../hosts/hosts'

/** By default a trade of BTC-USDT at `sim` that is as new as can be. */
export interface Told {
  readonly kind?: 'trade' | 'ticker' | 'kline' | 'extension' | 'report' | 'flags'
  readonly price?: string
  readonly provider?: string
  readonly symbol?: string
  /** A candle has it. */
  readonly interval?: string
  readonly waitedMs?: number
  /** Makes it larger. */
  readonly padding?: number
}

export const REPORT: ExecutionReport = filled(orderOf('o-1'), '5')

/** Writes them behind those that the writer has. */
export function write(writer: RecordWriter, told: readonly Told[]): void {
  for (const one of told) {
    const { kind = 'trade', price = '1', provider = 'sim', symbol = 'BTC-USDT', waitedMs = 0, padding = 0 } = one
    const head = { eventId: 'x'.repeat(padding), provider, symbol, sequence: 0, timeMs: 0 }
    const isOwn = kind === 'report' || kind === 'flags'
    writer.waitedMs = isOwn ? NEVER_WAITS : waitedMs
    switch (kind) {
      case 'trade':
        writer.trade(head, { tradeId: '1', side: 'Buy', price, quantity: '1', timestamp: 0 })
        break
      case 'ticker':
        writer.ticker(head, { lastPrice: price, bidPrice: '0', askPrice: '0', volume24h: '0', timestamp: 0 })
        break
      case 'kline': {
        const others = { openPrice: '0', highPrice: '0', lowPrice: '0', volume: '0', openTime: 0, closeTime: 0 }
        writer.kline(head, {
          ...others,
          closePrice: price,
          ...(one.interval !== undefined && { interval: one.interval }),
        })
        break
      }
      case 'extension':
        writer.extension(head, {})
        break
      case 'report':
        writer.execReport(head, REPORT.payload)
        break
      case 'flags':
        writer.flags({ tradingActive: true, dryRun: false })
    }
  }
}

export function recordsOf(told: readonly Told[], writer = new RecordWriter()): Uint8Array {
  writer.clear()
  write(writer, told)
  return writer.from().slice()
}

/** As `onTrade 100`, one for each record. */
export function read(bytes: Uint8Array): string[] {
  const cursor = new RecordCursor(bytes)
  const lines: string[] = []
  while (cursor.next()) {
    const { handler = 'flags', start, end } = cursor
    const isPriced = handler === 'onTrade' || handler === 'onTicker' || handler === 'onKlineSummary'
    lines.push(isPriced ? `${handler} ${priceOf(bytes.subarray(start, end))}` : handler)
  }
  return lines
}

/** How long each had waited when it was sent, ms. */
export function waits(bytes: Uint8Array): number[] {
  const cursor = new RecordCursor(bytes)
  const all: number[] = []
  while (cursor.next()) all.push(cursor.waitedMs)
  return all
}
