/** What the result of a run does not show, and whoever reads it should know. */
import type { Ran } from '../../backtest/run'
import type { DataFeed } from '../../market/files/open'

/** @param name of the strategy. @param feed that was read. */
export function runWarnings(
  name: string,
  { kind, problems }: Pick<DataFeed, 'kind' | 'problems'>,
  { awaited, handled, skipped }: Pick<Ran, 'awaited' | 'handled' | 'skipped'>,
): string[] {
  const warnings = problems.map((problem) => `skipped: ${problem}`)
  if (awaited) warnings.push('no candle was complete: the data are shorter than the lengths that were asked for')
  else if (!handled) warnings.push(`the data are ${kind}, and ${name} has no handler for them`)
  if (skipped > 0) warnings.push(`dry run: ${skipped} orders were not sent`)
  return warnings
}
