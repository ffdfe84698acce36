/** How an instance is given what waits for it, and how far its strategy has come there. */
import type { HandlerName } from '../sandbox/layout'
import type { Belongings } from './belongings'
import type { Chunk } from './chunk'
import type { InstanceDeps } from './instance-deps'
import { Pace } from './pace'
import { Portion } from './portion'
import type { Tally } from './tally'

export interface DeliveryDeps
  extends Pick<InstanceDeps, 'time' | 'load' | 'unsettled'>,
    Pick<Belongings, 'queue' | 'accountViews'> {
  readonly number: number
  readonly tally: Tally
  /** Others wait until it has handled what it was sent. */
  readonly isAwaited: boolean
}

export class Delivery {
  /** The time of the last event that its strategy was called for, ms. */
  marketMs = 0
  private readonly portion = new Portion()
  private readonly pace = new Pace()
  /** Handled in the last turn. */
  private records = 0

  constructor(private readonly deps: DeliveryDeps) {}

  push(chunk: Chunk): void {
    const { queue, load } = this.deps
    if (!queue.first) load.waiting++
    queue.push(chunk)
    this.isWaitedFor()
  }

  isWaitedFor(): void {
    if (this.deps.isAwaited) this.deps.unsettled.add(this.deps.number)
  }

  /** Leaves out market data that is too old, or too much. @param isUnderWay it is being given the first chunk. */
  relieve(nowMs: number, isUnderWay: boolean): void {
    const { number, queue, tally, time } = this.deps
    if (time.chances.isRepeating) return
    const left = queue.relieve(nowMs, isUnderWay)
    if (!left) return
    time.chances.relieved(number, nowMs)
    tally.leftOut(left)
  }

  /** As it was relieved before. */
  leaveOut(nowMs: number, isUnderWay: boolean): void {
    const left = this.deps.queue.leaveOut(nowMs, isUnderWay)
    if (left) this.deps.tally.leftOut(left)
  }

  /** A turn begins. @param turnMs how long the last one took. */
  begin(turnMs: number): void {
    this.pace.took(turnMs, this.records)
    this.records = 0
  }

  /** What of the first chunk it is given now. */
  next(): Uint8Array {
    const { number, queue, time } = this.deps
    const whole = queue.portion
    this.portion.bytes = time.chances.portion(number, whole, () => this.pace.cut(whole))
    return this.portion.bytes
  }

  /**
   * It has handled so many records.
   * @param hasThrown the handler of the last one has. @returns the index in the first chunk of what is behind them.
   */
  passed(records: number, hasThrown: boolean): number {
    const { queue, accountViews } = this.deps
    const upTo = queue.done + records
    this.records += records
    accountViews.passed(queue.first!, upTo)
    if (hasThrown && records > 0) this.marketMs = this.portion.at(records - 1).timeMs
    return upTo
  }

  /** So many records are done with. @returns whether the chunk is. */
  consume(records: number): boolean {
    const { number, queue, tally, load, unsettled } = this.deps
    const done = queue.consume(records)
    if (!done) return false
    tally.events += done.events
    if (!queue.first) {
      load.waiting--
      unsettled.delete(number)
    }
    return true
  }

  /** The event that it sleeps in is not handled again. */
  consumeCalled(): void {
    this.consume(this.portion.calling + 1)
  }

  /** It is given nothing more. @param isSucceeded another one is given what waits. */
  end(isSucceeded: boolean): void {
    const { number, queue, load, unsettled } = this.deps
    if (queue.first && !isSucceeded) load.waiting--
    unsettled.delete(number)
  }

  /** The index in the first chunk behind the record whose handler has called last. */
  get calledUpTo(): number {
    return this.deps.queue.done + this.portion.calling + 1
  }

  /** Brings the accounts up to a record whose handler calls. @returns its time, ms; undefined: it handles none. */
  reach(record: number): number | undefined {
    const timeMs = this.timeOf(record)
    if (timeMs === undefined) return undefined
    const { queue, accountViews } = this.deps
    this.portion.calling = record
    accountViews.reach(queue.first!, queue.done + record)
    return timeMs
  }

  /** As `reach`, and brings nothing anywhere. */
  timeOf(record: number): number | undefined {
    if (!this.deps.queue.first) return undefined
    this.marketMs = this.portion.at(record).timeMs
    return this.marketMs
  }

  /** For sentences. */
  handlerOf(record: number): HandlerName | 'a handler' {
    return this.portion.handlerAt(record)
  }
}
