/**
 * Events as one host is told them. The words of their records are those of its channel alone and die with it, and to
 * encode is to send: what is not on its way has taught nobody, whoever failed and at whatever step.
 */
import { RecordWriter } from '../sandbox/records'
import type { MarketEvent } from '../schema/events'
import type { OwnItem } from './placement'
import type { LaunchOrder, OwnRecord, ToHost } from './protocol'

/** What a batch is made of. */
export type Item = MarketEvent | OwnItem

/** A launch order before its market is encoded. */
export type Launch = Omit<LaunchOrder, 'market'> & { readonly market: readonly MarketEvent[] }

export const isOwn = (item: Item): item is OwnItem => 'placement' in item

export class HostEncoder {
  private readonly writer = new RecordWriter()
  /** Words that the host has been sent. */
  private sent = 0

  /** @param send over the channel, in order. */
  constructor(private readonly send: (message: ToHost) => void) {}

  /** Items of instances that are gone are left out. */
  batch(items: readonly Item[]): void {
    const { writer } = this
    const own: OwnRecord[] = []
    writer.clear()
    for (const item of items) {
      if (!isOwn(item)) writer.event(item)
      else if (item.placement.current) {
        const { placement, content, effect } = item
        own.push({ at: writer.count, number: placement.number, ...(effect ? { effect } : {}) })
        if ('event' in content) writer.event(content.event)
        else writer.flags({ tradingActive: content.tradingActive, dryRun: placement.spec.dryRun })
      }
    }
    this.sendWords()
    this.send({ kind: 'batch', records: writer.from().slice(), own })
  }

  launch(id: number, kind: 'launch' | 'roll', { market, ...order }: Launch): void {
    const { writer } = this
    writer.clear()
    for (const event of market) writer.event(event)
    this.sendWords()
    this.send({ kind: 'request', id, request: { kind, launch: { ...order, market: writer.from().slice() } } })
  }

  /** Those that are new: before the records that name them. */
  private sendWords(): void {
    const { words } = this.writer
    if (this.sent === words.count) return
    this.send({ kind: 'words', records: words.from(this.sent) })
    this.sent = words.count
  }
}
