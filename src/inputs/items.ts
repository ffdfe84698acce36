/** Inputs for people and programs: what an instance was given, one by one. */
import { reasonOf } from '../files/reason'
import { RecordCursor } from '../sandbox/cursor'
import { decoded } from '../sandbox/decoded'
import { FLAG, HANDLER_NUMBER, KIND } from '../sandbox/layout'
import { isBefore, type Position } from '../sandbox-host/inputs/segments'
import { type InputItem, type InputKind, PLACE_PATTERN } from '../schema/inputs'
import { OwnEntries, type OwnEntry } from './own-entries'
import type { Run } from './runs'
import { type Steps, untilDamage } from './steps'

export interface ItemsAsked {
  /** Behind this one. */
  readonly after?: ItemPlace | undefined
  /** By the time of each, ms. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

export interface ItemPlace {
  /** The id of the log. */
  readonly log: bigint
  readonly at: Position
  readonly index: number
  readonly record: number
  /** Its time: what follows may have none of its own. */
  readonly ms: number
}

const placeText = ({ log, at: { segment, offset }, index, record, ms }: ItemPlace): string =>
  [log.toString(16), segment, offset, index, record, ms].join('.')

/** Undefined: it is none. */
export function placeOf(text: string): ItemPlace | undefined {
  if (!PLACE.test(text)) return undefined
  const [log, ...rest] = text.split('.')
  const [segment, offset, index, record, ms] = rest.map(Number)
  if (segment === undefined || offset === undefined || index === undefined || record === undefined || ms === undefined)
    return undefined
  return { log: BigInt(`0x${log}`), at: { segment, offset }, index, record, ms }
}

const PLACE = new RegExp(PLACE_PATTERN)

/** The items of runs, oldest first. @throws Error of the disk; of damage. */
export function* itemsOf(runs: readonly Run[], asked: ItemsAsked): Steps<InputItem> {
  const { after, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = asked
  const first = after ? runs.findLastIndex((run) => isWithin(run, after)) : 0
  for (const run of runs.slice(Math.max(0, first))) {
    const isFirst = after !== undefined && isWithin(run, after)
    const reader = new Items(run)
    for (const item of reader.from(isFirst ? after : undefined)) {
      if (!item || item instanceof Promise) yield item
      else if (item.ms >= fromMs && item.ms <= toMs) yield item.item
    }
  }
}

/** An item with its time, ms. */
interface TimedItem {
  readonly ms: number
  readonly item: InputItem
}

type Untimed = Pick<InputItem, 'kind'> & Partial<InputItem>

const isWithin = (run: Run, { log, at }: ItemPlace): boolean =>
  run.log.id === log && !isBefore(at, run.from) && (run.lastSegment === undefined || at.segment <= run.lastSegment)

/** Behind all that can be read. */
const MOST = 0xffff_ffff
const END = { index: 0, record: 0 }

class Items {
  private readonly own: OwnEntries
  /** The time of the last event, ms. */
  private ms: number

  constructor(private readonly run: Run) {
    this.own = new OwnEntries(run)
    this.ms = run.startMs
  }

  *from(after: ItemPlace | undefined): Steps<TimedItem> {
    if (after) this.ms = after.ms
    let missing: string | undefined
    const damaged = (error: unknown) => {
      missing = reasonOf(error)
    }
    for (const entry of untilDamage(this.own.from(after?.at), damaged)) {
      if (!entry || entry instanceof Promise) {
        yield entry
        continue
      }
      for (const [record, rest] of this.itemsIn(entry)) {
        const place = { log: this.run.log.id, at: entry.at, index: entry.index, record, ms: this.ms }
        if (!after || isBehind(place, after)) yield timed(place, rest)
      }
    }
    const at = { segment: this.run.lastSegment ?? MOST, offset: MOST }
    const place = { ...END, log: this.run.log.id, at, ms: this.ms }
    if (missing !== undefined && (!after || isBehind(place, after)))
      yield timed(place, { kind: 'missing', reason: missing })
  }

  /** With the index of the record of each. */
  private *itemsIn({ content }: OwnEntry): Generator<[number, Untimed]> {
    switch (content.kind) {
      case 'batch': {
        const { records, own } = content.batch
        const mine = new Set(own.map(({ at }) => at))
        const cursor = new RecordCursor(records)
        for (let index = 0; cursor.next(); index++) {
          const item = this.ofRecord(records, cursor, mine.has(index))
          if (item) yield [index, item]
        }
        break
      }
      case 'asked': {
        const { request } = content
        if (request.kind !== 'launch' && request.kind !== 'roll') {
          yield [0, { kind: 'stopped' }]
          break
        }
        const { startMs } = request.launch
        if (request.kind === 'launch') this.ms = startMs
        const startedAt = new Date(startMs).toISOString()
        yield [0, { kind: request.kind === 'launch' ? 'launched' : 'rolled', startedAt }]
        break
      }
      case 'limited':
        yield [0, { kind: 'limits', terms: content.terms }]
        break
      case 'decided': {
        const kind = DECIDED[content.entry.kind]
        if (kind) yield [0, { kind }]
      }
    }
  }

  private ofRecord(records: Uint8Array, cursor: RecordCursor, isOwn: boolean) {
    if (cursor.kind === KIND.Flags) {
      const flags = cursor.handlerNumber
      return {
        kind: 'flags' as const,
        tradingActive: (flags & FLAG.tradingActive) !== 0,
        dryRun: (flags & FLAG.dryRun) !== 0,
      }
    }
    const { handler } = cursor
    const handled = handler !== undefined && this.own.resident?.handlers.includes(handler) === true
    // what it has no handler for sets its prices, or is not given to it
    if (!isOwn && !handled && cursor.kind !== KIND.Trade && cursor.kind !== KIND.Ticker) return undefined
    this.ms = cursor.timeMs
    const event = decoded(records.subarray(cursor.start, cursor.end), this.own.words)
    return isOwn ? { kind: ownKind(cursor), event } : { kind: 'event' as const, event, handled }
  }
}

const timed = (place: ItemPlace, rest: Untimed): TimedItem => ({
  ms: place.ms,
  item: { position: placeText(place), time: new Date(place.ms).toISOString(), ...rest },
})

const DECIDED: Readonly<Record<string, InputKind>> = {
  relieved: 'leftOut',
  slept: 'slept',
  woke: 'woke',
  asked: 'clock',
  silenced: 'silenced',
  renewed: 'renewed',
}

function ownKind({ kind, handlerNumber }: RecordCursor): InputKind {
  if (kind === KIND.ExecReport) return 'report'
  return handlerNumber === HANDLER_NUMBER.onBalanceUpdate ? 'balance' : 'notice'
}

function isBehind(place: ItemPlace, after: ItemPlace): boolean {
  if (isBefore(after.at, place.at)) return true
  if (isBefore(place.at, after.at)) return false
  return place.index > after.index || (place.index === after.index && place.record > after.record)
}
