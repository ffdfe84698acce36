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

  /** @returns what is kept; undefined where there are none, or no room for them. */
  add(run: number, returns: Float64Array | undefined): Float64Array | undefined {
    if (returns === undefined || this.#bytes > MOST_BYTES) return undefined
    this.#bytes += returns.byteLength
    // who has nothing left neither wins nor loses
    const kept = returns.map((value) => (Number.isNaN(value) ? 0 : value))
    this.#runs[run] = kept
    return kept
  }

  /** Those of all runs; undefined where some have none, or have found no room. */
  get all(): Float64Array[] | undefined {
    const kept = this.#runs.filter((returns) => returns !== undefined)
    return kept.length === this.#runs.length && this.#bytes <= MOST_BYTES ? kept : undefined
  }
}
