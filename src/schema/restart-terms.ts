/** Whether instances are started again that have failed, and how the gateway goes about it. */

/** See docs/instances.md. */
export const RESTART_POLICIES = ['never', 'on-failure', 'always'] as const
export type RestartPolicy = (typeof RESTART_POLICIES)[number]
export const DEFAULT_RESTART: RestartPolicy = 'never'

export interface RestartTerms {
  /** How long the first restart waits, ms; each one after it twice as long as the one before. */
  readonly firstMs: number
  /** But no longer than this. */
  readonly mostMs: number
  /** One that has run for so long has run well: the next restart is a first one again. */
  readonly wellMs: number
  /** One that was started again so often within an hour stays failed. */
  readonly perHour: number
}

export const DEFAULT_RESTARTS: RestartTerms = { firstMs: 1000, mostMs: 300_000, wellMs: 600_000, perHour: 10 }
