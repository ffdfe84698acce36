/** Events of a gateway, as `GET /strategy/instances/{id}/inputs/events` exports them: one a line, as strategies see them. */
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type MarketEvent, PAYLOADS } from '../../schema/events'
import type { FeedKind, NamedFormat } from './formats'
import type { Layout, ReaderContext, RowReader } from './layout'
import { RowProblem } from './row'

const FORMAT = 'meltica-events'
const LINE = /^\{.*\}\s*$/

const EventLine = Type.Object({
  routingVersion: Type.Literal(1),
  type: Type.String(),
  symbol: Type.String({ minLength: 1, maxLength: 1024 }),
  emitTs: Type.String(),
  payload: Type.Record(Type.String(), Type.Unknown()),
})
type EventLine = Static<typeof EventLine>
const lineCheck = TypeCompiler.Compile(EventLine)

/** What of each kind is a feed, and which fields are times. */
const TYPES = {
  KlineSummary: { kind: 'klines', times: ['openTime', 'closeTime'] },
  Trade: { kind: 'trades', times: ['timestamp'] },
  Ticker: { kind: 'quotes', times: ['timestamp'] },
  BookSnapshot: { kind: 'books', times: ['lastUpdate'] },
} as const satisfies Partial<Record<MarketEvent['type'], { kind: FeedKind; times: readonly string[] }>>
type FileType = keyof typeof TYPES
const KINDS: readonly FeedKind[] = ['klines', 'trades', 'quotes', 'books']

const checks = Object.fromEntries(
  Object.keys(TYPES).map((type) => [type, TypeCompiler.Compile<TSchema>(PAYLOADS[type as FileType])]),
)

/** @param lines from the head of the text. @returns undefined: it is something else. */
export function recogniseEvents(lines: readonly string[], named: NamedFormat | undefined): Layout | undefined {
  if (named !== undefined && named.name !== FORMAT) return undefined
  const first = lines.find((line) => line.trim() !== '')
  if (first === undefined || !lineOf(first)) return undefined
  const events = lines.flatMap((line) => {
    const event = lineOf(line)
    return event && isFileType(event.type) ? [{ ...event, type: event.type }] : []
  })
  const kinds = new Set(events.map(({ type }) => TYPES[type].kind))
  const kind = KINDS.findLast((one) => kinds.has(one))
  if (kind === undefined) return undefined
  const lengths = events.flatMap(({ type, payload }) => (type === 'KlineSummary' ? [lengthOf(payload)] : []))
  return {
    format: FORMAT,
    kind,
    split: { by: 'lines' },
    skip: 0,
    newestFirst: false,
    startsAt: Math.min(...events.map(({ emitTs }) => Date.parse(emitTs))),
    symbols: [...new Set(events.map(({ symbol }) => symbol))],
    intervalMs: kind === 'klines' ? Math.min(...lengths) : 0,
    reader: (context) => eventReader(context, kind),
  }
}

function eventReader(context: ReaderContext, kind: FeedKind): RowReader {
  return {
    read(row, add) {
      const line = lineOf(row.line)
      if (!line) throw new RowProblem('it is no event')
      const { type, emitTs } = line
      // what is no market data of a file
      if (!isFileType(type)) return
      const symbol = context.resolve(line.symbol)
      if (symbol === undefined) return
      const timeMs = Date.parse(emitTs)
      if (Number.isNaN(timeMs)) throw new RowProblem('its emitTs is no time')
      const payload = { ...line.payload }
      for (const name of TYPES[type].times) payload[name] = Date.parse(String(payload[name]))
      if (!checks[type]!.Check(payload)) throw new RowProblem(`its payload is none of a ${type}`)
      // where there is something finer, it is that which fills orders
      const audience = type === 'KlineSummary' && kind !== 'klines' ? { audience: 'strategies' } : {}
      const { provider, ordinal: sequence } = context
      add({ eventId: '', provider, symbol, sequence, timeMs, type, payload, ...audience } as MarketEvent)
    },
  }
}

function lineOf(text: string): EventLine | undefined {
  if (!LINE.test(text)) return undefined
  try {
    const line: unknown = JSON.parse(text)
    return lineCheck.Check(line) ? line : undefined
  } catch {
    return undefined
  }
}

const isFileType = (type: string): type is FileType => Object.hasOwn(TYPES, type)

const lengthOf = ({ openTime, closeTime }: EventLine['payload']): number =>
  Date.parse(String(closeTime)) - Date.parse(String(openTime)) + 1
