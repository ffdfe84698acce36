/** Whether memory stays flat: of what all processes had while it was calm. */
import type { Promises } from './promises'

const MOST_GROWTH = 1.05

export class Memory {
  private readonly calm: number[][] = []

  /** @param sizesMb of one round, a look each. */
  add(sizesMb: readonly number[]): void {
    this.calm.push([...sizesMb])
  }

  /** The last third of the rounds against the second. */
  check(promises: Promises): void {
    const third = Math.max(1, Math.floor(this.calm.length / 3))
    const second = medianOf(this.calm.slice(-2 * third, -third).flat())
    const last = medianOf(this.calm.slice(-third).flat())
    const sentence = `memory went from ${second.toFixed(0)} to ${last.toFixed(0)} MB between the second and the last third`
    promises.say(sentence)
    promises.check(last <= MOST_GROWTH * second, sentence)
  }
}

const medianOf = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
