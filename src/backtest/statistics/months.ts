/** The return of each calendar month, as results list them. */
import type { Returns } from './returns'

/** What a calendar month brought. */
export interface MonthlyReturn {
  /** As `2022-01`, UTC. */
  readonly month: string
  /** Null where nothing was left before it. */
  readonly returnPct: number | null
}

/** @param months its periods are months. */
export function monthlyReturns({ values, ends }: Returns): MonthlyReturn[] {
  return Array.from(values.all, (value, index) => ({
    month: new Date(ends.all[index]! - 1).toISOString().slice(0, 7),
    returnPct: Number.isFinite(value) ? 100 * value : null,
  }))
}
