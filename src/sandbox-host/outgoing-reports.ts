/** What a host has to tell of its instances, gathered until it is sent: records that were handled, log lines, counts. */
import type { Act, Counts, Settled } from '../protocol/reported'
import type { LineOutlet } from '../trading/session/logbook'
import type { Outlet } from './host-deps'
import { OutgoingLines } from './outgoing-lines'
import type { Told } from './told'

/** How old counts get before they are sent. */
const COUNTS_MS = 100

export interface OutgoingReportsDeps {
  readonly gateway: Outlet
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Counts up evenly, ms. */
  readonly clock: () => number
  /** Something of an instance is about to leave. */
  readonly leaving: (number: number) => void
  /** The counts of an instance; undefined when it runs no more. */
  readonly countsOf: (number: number) => Counts | undefined
  /** What it says is not heard. */
  readonly isMute: (number: number) => boolean
}

export class OutgoingReports {
  private readonly lines: OutgoingLines
  private own: (Settled & { readonly number: number })[] = []
  /** Instances whose counts have changed since they were sent. */
  private readonly changed = new Set<number>()
  private countsDueMs = 0
  private countsTimer: Timer | undefined

  constructor(private readonly deps: OutgoingReportsDeps) {
    const { gateway, now } = deps
    this.lines = new OutgoingLines(() => gateway.backlog, now)
  }

  /** What takes the lines of one instance. @param told counts them. */
  linesOf(number: number, told: Pick<Told, 'lines'>): LineOutlet {
    const lines = this.lines.of(number, told)
    return {
      hasRoom: (bytes) => lines.hasRoom(bytes),
      send: (line, timeMs) => {
        if (!this.deps.isMute(number)) lines.send(line, timeMs)
      },
    }
  }

  /** Sends acts at once, behind whatever was handled before them. */
  acts(number: number, first: number, acts: readonly Act[], settled: Settled): void {
    if (this.deps.isMute(number)) return
    this.flushHandled()
    this.deps.leaving(number)
    this.deps.gateway.send({ kind: 'acts', number, first, acts, ...settled })
  }

  /** Takes note that records were handled and nothing came of them. */
  handled(number: number, settled: Settled): void {
    if (this.deps.isMute(number)) return
    this.deps.leaving(number)
    this.own.push({ number, ...settled })
  }

  /** Takes note that the counts of an instance have changed. */
  counted(number: number): void {
    this.changed.add(number)
  }

  /** Sends all but counts. */
  flush(): void {
    this.flushHandled()
    const lines = this.lines.take()
    if (lines.length === 0) return
    for (const { number } of lines) this.deps.leaving(number)
    this.deps.gateway.send({ kind: 'logs', lines })
  }

  /** Sends counts when it is time, now or within `COUNTS_MS`. */
  sendCountsWhenDue(): void {
    if (this.deps.clock() >= this.countsDueMs) this.sendCounts()
    else this.countsTimer ??= setTimeout(() => this.sendCounts(), COUNTS_MS)
  }

  sendCounts(): void {
    const { gateway, clock, countsOf } = this.deps
    clearTimeout(this.countsTimer)
    this.countsTimer = undefined
    this.countsDueMs = clock() + COUNTS_MS
    if (this.changed.size === 0) return
    gateway.send({ kind: 'counts', counts: [...this.changed].flatMap((number) => countsOf(number) ?? []) })
    this.changed.clear()
  }

  private flushHandled(): void {
    if (this.own.length === 0) return
    this.deps.gateway.send({ kind: 'handled', own: this.own })
    this.own = []
  }
}
