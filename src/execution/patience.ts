/** How long to wait for a venue that is somewhere else. */
export interface Patience {
  /** For an answer, ms. */
  readonly answerMs: number
  readonly backoff: Backoff
  /** Between two looks at what is open there, for reports that were lost without a trace, ms. */
  readonly lookEveryMs: number
}

/** How long to wait before the next try, ms: twice as long each time. */
export interface Backoff {
  readonly firstMs: number
  readonly mostMs: number
}

export const PATIENCE: Patience = {
  answerMs: 5000,
  backoff: { firstMs: 500, mostMs: 30_000 },
  lookEveryMs: 10_000,
}

export const waitMs = ({ firstMs, mostMs }: Backoff, tries: number): number => Math.min(mostMs, firstMs * 2 ** tries)
