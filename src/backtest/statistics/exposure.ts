/** The time with a position in whatever symbol: the union of the times of all trades, as their fills date them. */
import { Series } from './series'

export class Exposure {
  private readonly entries = new Series()
  private readonly exits = new Series()

  /** In any order: of candles of several lengths, a later fill may be of an earlier time. */
  add(entryMs: number, exitMs: number): void {
    if (exitMs <= entryMs) return
    this.entries.add(entryMs)
    this.exits.add(exitMs)
  }

  get totalMs(): number {
    const entries = this.entries.sorted()
    const exits = this.exits.sorted()
    let total = 0
    let flatUntil = 0
    for (const [i, exit] of exits.entries()) {
      // Flat again: as many have left as had entered.
      if ((entries[i + 1] ?? Number.POSITIVE_INFINITY) <= exit) continue
      total += exit - entries[flatUntil]!
      flatUntil = i + 1
    }
    return total
  }
}
