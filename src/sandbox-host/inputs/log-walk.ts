/** The way through a log that was kept, entry by entry; each block is read when all before it is done. */
import type { Entry } from './entry'
import type { Damage, PlacedBlock } from './kept-log'
import type { Position } from './segments'

/** What the log says next, or that something is missing there. */
export type Step = Entry | ({ readonly kind: 'damage' } & Damage)

export class LogWalk {
  /** Where the present block begins. */
  from: Position = { segment: 0, offset: 0 }
  private to: Position | undefined
  private blocks: Iterator<PlacedBlock | Damage> = [][Symbol.iterator]()
  /** Those of the present block, or the damage. */
  private steps: readonly Step[] = []
  private at = 0

  /** @param reached called between two blocks, when all before is done. */
  constructor(private readonly reached: (position: Position) => void) {}

  begin(blocks: Iterable<PlacedBlock | Damage>): void {
    this.blocks = blocks[Symbol.iterator]()
  }

  /** The next step, which `pass` goes beyond. Not before it is asked for: what happens between two blocks happens here. */
  peek(): Step | undefined {
    while (this.at >= this.steps.length) {
      if (this.to) this.reached(this.to)
      const { value } = this.blocks.next()
      if (!value) return undefined
      this.at = 0
      if ('damage' in value) this.steps = [{ kind: 'damage', ...value }]
      else {
        this.steps = value.entries
        this.from = value.from
        this.to = value.to
        this.reached(value.from)
      }
    }
    return this.steps[this.at]
  }

  pass(): void {
    this.at++
  }

  /** Whether a request of it has failed that was heard just now: the log says so before it says anything else. */
  wasRefused(number: number): boolean {
    for (let at = this.at; at < this.steps.length; at++) {
      const step = this.steps[at]!
      if (step.kind === 'refused') return step.number === number
      if (step.kind !== 'asked' && step.kind !== 'silenced') return false
    }
    return false
  }
}
