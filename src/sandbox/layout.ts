/**
 * The layout of a packed record: the one description on this side. sandbox/engine/src/records.rs is
 * its other half, and says what the numbers mean; test/sandbox/records.test.ts compares the two.
 */
import type { ExecState } from '../schema/events'

export const HEADER_BYTES = 28
/** What stands before each field: the length of its bytes, or WORD_BIT | word, or ABSENT. */
export const HEAD_BYTES = 4
export const WORD_BIT = 0x8000_0000
export const ABSENT = 0xffff_ffff
export const AT = { size: 0, kind: 4, handler: 5, provider: 6, time: 8, sequence: 16, symbol: 24 } as const
/**
 * Behind the symbol, where the engine does not look: how long the record had waited when it was sent, ms, uint16. It is
 * for whoever routes and conflates records.
 */
export const WAITED_AT = 26
/** And more. */
export const LONGEST_WAIT_MS = 0xfffe
/** It has not waited, however long it took: it must not be left out. */
export const NEVER_WAITS = 0xffff
export const KIND = { Trade: 0, Ticker: 1, KlineSummary: 2, ExecReport: 3, Json: 4, Word: 16, Flags: 17 } as const
export const FLAG = { tradingActive: 1, dryRun: 2 } as const

/** By handler number. */
export const HANDLERS = [
  'onTrade',
  'onTicker',
  'onKlineSummary',
  'onOrderAcknowledged',
  'onOrderPartialFill',
  'onOrderFilled',
  'onOrderCancelled',
  'onOrderExpired',
  'onOrderRejected',
  'onBookSnapshot',
  'onInstrumentUpdate',
  'onBalanceUpdate',
  'onRiskControl',
  'onExtensionEvent',
  'onEnd',
] as const
export type HandlerName = (typeof HANDLERS)[number]

export const HANDLER_NUMBER = Object.fromEntries(HANDLERS.map((name, number) => [name, number])) as Record<
  HandlerName,
  number
>

export const HANDLER_BY_STATE: Readonly<Record<ExecState, HandlerName>> = {
  ACK: 'onOrderAcknowledged',
  PARTIAL: 'onOrderPartialFill',
  FILLED: 'onOrderFilled',
  CANCELLED: 'onOrderCancelled',
  EXPIRED: 'onOrderExpired',
  REJECTED: 'onOrderRejected',
}

/** `word`: a text of few different values, sent once and then known by its number. `time`: milliseconds. */
export type FieldType = 'text' | 'word' | 'time'

/** The payload's fields of the packed kinds; the event id, a text, stands before them. */
export const FIELDS = {
  Trade: [
    ['tradeId', 'text'],
    ['side', 'word'],
    ['price', 'text'],
    ['quantity', 'text'],
    ['timestamp', 'time'],
  ],
  Ticker: [
    ['lastPrice', 'text'],
    ['bidPrice', 'text'],
    ['askPrice', 'text'],
    ['volume24h', 'text'],
    ['timestamp', 'time'],
  ],
  KlineSummary: [
    ['openPrice', 'text'],
    ['closePrice', 'text'],
    ['highPrice', 'text'],
    ['lowPrice', 'text'],
    ['volume', 'text'],
    ['openTime', 'time'],
    ['closeTime', 'time'],
    ['interval', 'word'],
  ],
  ExecReport: [
    ['clientOrderId', 'text'],
    ['exchangeOrderId', 'text'],
    ['state', 'word'],
    ['side', 'word'],
    ['orderType', 'word'],
    ['price', 'text'],
    ['quantity', 'text'],
    ['filledQuantity', 'text'],
    ['remainingQty', 'text'],
    ['avgFillPrice', 'text'],
    ['commissionAmount', 'text'],
    ['commissionAsset', 'word'],
    ['timestamp', 'time'],
    ['rejectReason', 'text'],
  ],
} as const satisfies Record<string, readonly (readonly [name: string, type: FieldType])[]>
export type PackedKind = keyof typeof FIELDS
