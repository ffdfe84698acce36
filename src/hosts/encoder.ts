/**
 * Events as one host is told them. The words of their records are those of its link alone and die with it, and to encode
 * is to send: what is not on its way has taught nobody, whoever failed and at whatever step.
 */

import type { LaunchOrder } from '../protocol/launch'
import type { OwnRecord } from '../protocol/messages'
import { LONGEST_WAIT_MS, NEVER_WAITS } from '../sandbox/layout'
import { RecordWriter } from '../sandbox/records'
import { WordTable } from '../sandbox/words'
import type { MarketEvent } from '../schema/events'
import type { Notice } from './link'
import { type Item, isOwn, NEVER_OLD } from './outbox'

/** A launch order before its market is encoded. */
export type Launch = Omit<LaunchOrder, 'market'> & { readonly market: readonly MarketEvent[] }

export class HostEncoder {
  private readonly writer: RecordWriter
  private readonly words = new WordTable()
  private sent: number

  /**
   * @param send over the link, in order.
   * @param known records of the words that the host knows, when it goes on for another one.
   */
  constructor(
    private readonly send: (notice: Notice) => void,
    known: Uint8Array = new Uint8Array(0),
  ) {
    this.words.learn(known)
    this.sent = this.words.count
    this.writer = new RecordWriter(undefined, this.words)
  }

  /**
   * Items of instances that are gone are left out.
   * @param nowMs by the clock by which the items were published.
   */
  batch(items: readonly Item[], nowMs: number): void {
    const { writer } = this
    const own: OwnRecord[] = []
    writer.clear()
    for (const item of items) {
      if (!isOwn(item)) {
        writer.waitedMs = waitedMs(item.atMs, nowMs)
        writer.event(item.event)
      } else if (item.placement.current) {
        writer.waitedMs = NEVER_WAITS
        const { placement, content, effect, seq: report } = item
        const { number } = placement
        own.push({ at: writer.count, number, ...(effect && { effect }), ...(report !== undefined && { report }) })
        if ('event' in content) writer.event(content.event)
        else writer.flags({ tradingActive: content.tradingActive, dryRun: placement.spec.dryRun })
      }
    }
    this.sendWords()
    this.send({ kind: 'batch', atMs: nowMs, records: writer.from().slice(), own })
  }

  /** The order for a launch that is asked for next. */
  order({ market, ...order }: Launch): LaunchOrder {
    const { writer } = this
    writer.clear()
    writer.waitedMs = 0
    for (const event of market) writer.event(event)
    this.sendWords()
    return { ...order, market: writer.from().slice() }
  }

  /** Those that are new: before the records that name them. */
  private sendWords(): void {
    const { words } = this
    if (this.sent === words.count) return
    this.send({ kind: 'words', records: words.from(this.sent) })
    this.sent = words.count
  }
}

const waitedMs = (atMs: number, nowMs: number): number =>
  atMs === NEVER_OLD ? NEVER_WAITS : Math.min(LONGEST_WAIT_MS, Math.max(0, Math.round(nowMs - atMs)))
