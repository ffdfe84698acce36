/**
 * From where an instance can be done again: its launch, or checkpoints of it. An older one is there for as long as a gateway
 * that dies now might not know as much as the newer one does.
 */
import { isSame, type Position } from './segments'

export interface Generation {
  readonly position: Position
  /** How much was said of instances by then; see `kept` of the protocol. */
  readonly messages: number
  /** How many batches there were by then, for one that goes back with its recording; else 0. */
  readonly batches: number
  /** CPU time that it had used by then, ms. */
  readonly usedMs: number
  /** Its launch, of which the log alone tells. */
  readonly isLaunch?: boolean
  /** What the log tells of before is no more a part of its past: one that is not ahead of that alone cannot do without it. */
  readonly isTurn?: boolean
}

/** What no death of a gateway takes away. */
export type Kept = Pick<Generation, 'messages' | 'batches'>

/** One that is certain, one that is to become so, and the newest. */
const MOST = 3

export class Generations {
  /** Oldest first; never none. */
  private list: Generation[]

  /** @param drop removes what there is of one that nobody needs any more. */
  constructor(
    first: readonly [Generation, ...Generation[]],
    private readonly drop: (generation: Generation) => void,
  ) {
    this.list = [...first]
  }

  get oldest(): Generation {
    return this.list[0]!
  }

  get newest(): Generation {
    return this.list.at(-1)!
  }

  add(generation: Generation, kept: Kept): void {
    this.settle(kept)
    if (this.list.length >= MOST && !this.newest.isTurn) this.remove(this.list.splice(-1), generation)
    this.list.push(generation)
  }

  /** Removes those before the newest that is certain. */
  settle({ messages, batches }: Kept): void {
    const certain = this.list.findLastIndex((one) => one.messages <= messages && one.batches <= batches)
    if (certain > 0) this.remove(this.list.splice(0, certain))
  }

  /** Removes those of before a segment. @returns whether there is one left. */
  expire(segment: number): boolean {
    const { list } = this
    const young = list.findIndex(({ position }) => position.segment >= segment)
    this.remove(list.splice(0, young < 0 ? list.length : young))
    return list.length > 0
  }

  /** Removes all of them. */
  end(): void {
    this.remove(this.list.splice(0))
  }

  private remove(gone: readonly Generation[], but?: Generation): void {
    for (const generation of gone) {
      if (generation.isLaunch || isSame(generation.position, but?.position)) continue
      this.drop(generation)
    }
  }
}
