/** What a sweep says before its runs and after them, and where. */
import { grouped } from '../../backtest/result/grouped'
import type { Journal } from '../../backtest/sweep/journal'
import type { Opened } from '../../backtest/sweep/messages'
import { STANDARD } from '../../files/input'
import type { SweepFlags } from './flags'
import type { SweepProgress } from './progress'

/** Before the first run. */
export function tellOf(
  { cached, problems, warnings }: Opened,
  flags: SweepFlags,
  journal: Journal,
  progress: SweepProgress,
): void {
  for (const problem of problems) progress.warn(`skipped: ${problem}`)
  for (const told of warnings) progress.warn(told)
  if (!cached) progress.note('the data are too large to be kept in memory: each run reads them again (see --cache-mb)')
  if (!flags.resume) return
  if (journal.broken > 0)
    progress.warn(`${grouped(journal.broken, 0)} lines of ${journal.partial} are broken: their runs are made again`)
  if (journal.done === 0) progress.note(`there is nothing to go on with in ${journal.partial}: all runs are made`)
  else progress.note(`${grouped(journal.done, 0)} runs are there already`)
}

/** After a Ctrl-C. */
export function endText({ done, partial }: Journal, count: number): string {
  const how = `${grouped(done, 0)} of ${grouped(count, 0)} runs were made`
  if (partial === undefined) return `${how}, and none is kept: --runs would keep them`
  return `${how}, and are kept in ${partial}: the same command with --resume goes on`
}

export const outputsOf = ({ runs, csv, report }: SweepFlags) => [runs, csv, report]

/** Where tables go: standard output, unless a file goes there. */
export const tableStream = (flags: SweepFlags): NodeJS.WriteStream =>
  outputsOf(flags).includes(STANDARD) ? process.stderr : process.stdout
