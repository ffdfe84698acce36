/**
 * The market events of runs as data: each once, in the order in which they came. Where a recording has gone back they come
 * again, in another run of the instance; where it was begun again they are those of another playing of it.
 */
import type { SeenEvent } from '../sandbox/decoded'
import { isRecord } from '../schema/record'
import { type ItemsAsked, itemsOf } from './items'
import type { Run } from './runs'
import { inBreaths } from './steps'

const GATHERED = 64 << 10

/** A line of JSON for each. @param runs oldest first. @throws Error of the disk; of damage. */
export async function* exported(
  runs: readonly Run[],
  times: Pick<ItemsAsked, 'fromMs' | 'toMs'>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let text = ''
  const told = new Told()
  for (const run of runs) {
    told.begins(run)
    for await (const { kind, event } of inBreaths(itemsOf([run], times), signal)) {
      if (kind !== 'event' || !isSeen(event) || !told.isNew(event)) continue
      text += `${JSON.stringify(event)}\n`
      if (text.length < GATHERED) continue
      yield Buffer.from(text)
      text = ''
    }
  }
  if (text !== '') yield Buffer.from(text)
}

const isSeen = (event: unknown): event is SeenEvent => isRecord(event) && typeof event.seqProvider === 'number'

/** What was told of a provider since it, or its recording, began. */
interface Playing {
  readonly first: number
  readonly last: number
  /** The time of the last, ms. */
  readonly lastMs: number
}

/** A provider numbers its events from 1 on each time that it begins; of a recording all times are the same again, too. */
class Told {
  private readonly playings = new Map<string, Playing>()
  /** Providers whose events may be those that were told already: a run has begun since. */
  private returning = new Set<string>()
  private hasGoneBack = false

  begins({ begins }: Pick<Run, 'begins'>): void {
    this.returning = new Set(this.playings.keys())
    this.hasGoneBack = begins === 'renewed'
  }

  isNew({ provider, seqProvider: seq, emitTs }: SeenEvent): boolean {
    const ms = Date.parse(emitTs)
    const before = this.playings.get(provider)
    if (before && this.returning.has(provider) && seq <= before.last && ms <= before.lastMs) {
      // what comes from where all of it began is a recording that was begun again
      if (this.hasGoneBack || seq > before.first) return false
    }
    this.returning.delete(provider)
    const first = before && seq > before.last ? before.first : seq
    this.playings.set(provider, { first, last: seq, lastMs: ms })
    return true
  }
}
