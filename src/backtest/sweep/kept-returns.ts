/** The period returns of every run of a sweep, as long as they fit into memory: what its overfitting is told by. */

/** Bytes that they may take. */
const MOST_BYTES = 256 << 20

export class KeptReturns {
  readonly #runs: (Float64Array | undefined)[]
  #bytes = 0

  /** @param count of the runs. */
  constructor(count: number) {
    this.#runs = Array.from({ length: count })
  }

  add(run: number, returns: Float64Array | undefined): void {
    if (returns === undefined || this.#bytes > MOST_BYTES) return
    this.#bytes += returns.byteLength
    // who has nothing left neither wins nor loses
    this.#runs[run] = returns.map((value) => (Number.isNaN(value) ? 0 : value))
  }

  /** Those of all runs; undefined where some are of an earlier sweep that goes on, or have found no room. */
  get all(): Float64Array[] | undefined {
    const kept = this.#runs.filter((returns) => returns !== undefined)
    return kept.length === this.#runs.length && this.#bytes <= MOST_BYTES ? kept : undefined
  }
}
