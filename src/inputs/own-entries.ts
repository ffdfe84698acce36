/** What in the log of a host concerns one run of an instance: of each batch its own records and those that it can see. */
import { isBatchFrame } from '../protocol/frames'
import type { OwnRecord, Request, ToHost } from '../protocol/messages'
import { RecordCursor } from '../sandbox/cursor'
import { WordTable } from '../sandbox/words'
import type { Entry, Resident } from '../sandbox-host/inputs/entry'
import { isBefore, type Position } from '../sandbox-host/inputs/segments'
import { instrumentKey, providerOf, symbolOf } from '../sandbox-host/instrument-key'
import { entriesOf, isGone, type Log, messageOf, type PlacedEntry, segmentsIn } from './log-reader'
import type { Run } from './runs'
import type { Steps } from './steps'

export type OwnBatch = Pick<Extract<ToHost, { kind: 'batch' }>, 'atMs' | 'records' | 'own'>

/** What it was told, or what was decided of it. */
export type OwnContent =
  | { readonly kind: 'batch'; readonly batch: OwnBatch }
  | { readonly kind: 'words'; readonly frame: Uint8Array }
  | { readonly kind: 'asked'; readonly request: Request; readonly frame: Uint8Array }
  | {
      readonly kind: 'limited'
      readonly terms: Extract<ToHost, { kind: 'risk' }>['terms']
      readonly frame: Uint8Array
    }
  | { readonly kind: 'decided'; readonly entry: Exclude<Entry, { kind: 'head' | 'message' }> }

export interface OwnEntry extends Pick<PlacedEntry, 'at' | 'index'> {
  readonly content: OwnContent
}

export class OwnEntries {
  /** Those of the log so far. */
  readonly words = new WordTable()
  /** What it is known as so far; undefined before it is known. */
  resident: Resident | undefined
  private readonly wanted = new Map<number, boolean>()
  /** Something was handed to it since all that waited was handled. */
  private isPending = false
  private isThere: boolean
  /** As far as is known of what was before. */
  private isAsleep = false

  constructor(private readonly run: Run) {
    this.isThere = run.begins !== 'launch'
  }

  /** @param from what is before it is only learned of. @throws Error of the disk; of damage. */
  *from(from: Position = this.run.from): Steps<OwnEntry> {
    const { run } = this
    const { log } = run
    const last = run.lastSegment ?? Number.POSITIVE_INFINITY
    // whoever is there is named at the beginning of each segment
    if (from.segment > run.from.segment) this.isThere = true
    let segments = segmentsIn(log).filter((segment) => segment >= from.segment && segment <= last)
    let next = from.segment
    while (segments.length > 0) {
      for (const segment of segments) {
        if (segment !== next++) throw isMissing(next - 1)
        try {
          if (yield* this.inSegment(log, segment, from)) return
        } catch (error) {
          if (!isGone(error)) throw error
          throw new Error(`segment ${segment} of the log was removed while it was read`)
        }
      }
      // the host has begun others meanwhile
      const read = segments.at(-1)!
      segments = segmentsIn(log).filter((segment) => segment > read && segment <= last)
    }
    if (run.lastSegment !== undefined && next <= run.lastSegment) throw isMissing(next)
  }

  /** @returns whether the run is over. */
  private *inSegment(log: Log, segment: number, from: Position): Steps<OwnEntry, boolean> {
    for (const placed of entriesOf(log, segment)) {
      if (!placed || placed instanceof Promise) {
        yield placed
        continue
      }
      const { entry, at, index } = placed
      if (isBefore(at, this.run.from)) {
        this.learn(entry)
        continue
      }
      const content = this.contentOf(entry)
      if (content === 'over') return true
      if (content?.kind === 'decided' && content.entry.kind === 'renewed') {
        // what was of it so far is void from somewhere on
        yield { content, at, index }
        return true
      }
      if (content && !isBefore(at, from)) yield { content, at, index }
    }
    return false
  }

  private learn(entry: Entry): void {
    if (entry.kind === 'resident' && entry.number === this.run.number) this.know(entry.resident)
    if (entry.kind === 'head' && entry.from === this.words.count) this.words.learn(entry.words)
    if (entry.kind !== 'message' || isBatchFrame(entry.frame)) return
    const message = messageOf(entry.frame)
    if (message?.kind === 'words') this.words.learn(message.records)
  }

  private contentOf(entry: Entry): OwnContent | 'over' | undefined {
    const { number } = this.run
    switch (entry.kind) {
      case 'head':
        this.learn(entry)
        return undefined
      case 'message':
        return this.told(entry.frame)
      case 'drained':
        if (!this.isPending) return undefined
        this.isPending = false
        return { kind: 'decided', entry }
      case 'resident':
        if (entry.number !== number) return undefined
        this.know(entry.resident)
        return { kind: 'decided', entry }
      case 'gone':
        return entry.number === number && this.isThere ? 'over' : undefined
      default:
        if (entry.number !== number || !this.isThere) return undefined
        if (entry.kind === 'slept' || entry.kind === 'woke') this.isAsleep = entry.kind === 'slept'
        return { kind: 'decided', entry }
    }
  }

  private know(resident: Resident): void {
    this.resident = resident
    this.wanted.clear()
  }

  private told(frame: Uint8Array): OwnContent | 'over' | undefined {
    const { number } = this.run
    // most of what there is
    if (isBatchFrame(frame) && !this.resident) return undefined
    const message = messageOf(frame)
    switch (message?.kind) {
      case 'words':
        this.words.learn(message.records)
        return { kind: 'words', frame }
      case 'batch': {
        const batch = this.ownOf(message)
        if (!batch) return undefined
        this.isPending = true
        return { kind: 'batch', batch }
      }
      case 'risk':
        return message.number === number ? { kind: 'limited', terms: message.terms, frame } : undefined
      case 'request': {
        const { request } = message
        if (request.kind === 'stop' ? request.number !== number : !isOf(request, number)) return undefined
        // it stays asleep, and goes on with the next gateway
        if (request.kind === 'stop' && request.unlessAsleep && this.isAsleep) return undefined
        // another one under the same number
        if (request.kind === 'launch' && this.isThere) return 'over'
        this.isThere = true
        if (request.kind !== 'stop') this.isAsleep = false
        return { kind: 'asked', request, frame }
      }
      default:
        return undefined
    }
  }

  /** Undefined: there is nothing in it for this instance. */
  private ownOf({ atMs, records, own }: OwnBatch): OwnBatch | undefined {
    const { number } = this.run
    const cursor = new RecordCursor(records)
    const ranges: Uint8Array[] = []
    const mine: OwnRecord[] = []
    let ownAt = 0
    for (let index = 0; cursor.next(); index++) {
      const next = own[ownAt]
      if (next?.at === index) {
        ownAt++
        if (next.number !== number) continue
        mine.push({ ...next, at: ranges.length })
      } else if (!this.wants(cursor)) continue
      ranges.push(records.subarray(cursor.start, cursor.end))
    }
    return ranges.length === 0 ? undefined : { atMs, records: Buffer.concat(ranges), own: mine }
  }

  /** Whatever it is: another revision may want what this one does not. */
  private wants(cursor: RecordCursor): boolean {
    const key = instrumentKey(cursor)
    const known = this.wanted.get(key)
    if (known !== undefined) return known
    const { scope = [], crossProvider } = this.resident ?? {}
    const [provider, symbol] = [providerOf(key, this.words), symbolOf(key, this.words)]
    const wants = scope.some((one) => (crossProvider || one.provider === provider) && one.symbols.includes(symbol))
    this.wanted.set(key, wants)
    return wants
  }
}

const isMissing = (segment: number) => new Error(`segment ${segment} of the log is missing`)

const isOf = (request: Request, number: number): boolean =>
  (request.kind === 'launch' || request.kind === 'roll') && request.launch.number === number
