/** What one strategy may use; `fuel` and `hostCalls` are of each event anew. */
export interface Limits {
  /** Turns of loops, those of the interpreter included, about one for each bytecode. A quarter more within one native call, and the sandbox traps. */
  readonly fuel: number
  readonly heapBytes: number
  /** A larger stack is no good in a process with an ordinary thread stack: the host's own would end first, by a trap. */
  readonly stackBytes: number
  /** Logs, orders, cancellations, queries and sleeps together. */
  readonly hostCalls: number
}

export const DEFAULT_LIMITS: Limits = { fuel: 10_000_000, heapBytes: 16 << 20, stackBytes: 64 << 10, hostCalls: 1000 }
