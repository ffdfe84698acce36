/** What is kept of a run of a sweep: one line, its parts as `meltica backtest --json` has them of the same config. */
import type { Ran } from '../run'
import { FIGURES, type Statistics } from '../statistics/figures'
import type { Config } from './space'

export interface RunLine {
  /** Complete, with the defaults. */
  readonly config: Config
  readonly stats: Statistics
  readonly orders: number
  /** Why it ended before the data did, or did not begin. */
  readonly stopped: string | null
}

export function lineOf(config: Config, { stats, orders, stopped }: Ran): RunLine {
  return { config, stats, orders, stopped }
}

const names = Object.keys(FIGURES)

/** The line of a run that came to nothing. */
export function failedLine(config: Config, reason: string): RunLine {
  const stats = Object.fromEntries(names.map((name) => [name, null])) as { [name in keyof Statistics]: null }
  return { config, stats, orders: 0, stopped: reason }
}

/** Without the end of the line. */
export function lineText({ config, stats, orders, stopped }: RunLine): string {
  const parts = Object.entries({ config, stats, orders, stopped })
  return `{${parts.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(', ')}}`
}
