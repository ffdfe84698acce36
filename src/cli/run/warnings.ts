/** What the result of a run does not show, and whoever reads it should know. */
import type { AnyRan } from '../../backtest/terms'
import type { DataFeed } from '../../market/files/open'

/** @param name of the strategy. @param feed that was read. */
export function runWarnings(
  name: string,
  { kind, problems, contradictions }: Pick<DataFeed, 'kind' | 'problems' | 'contradictions'>,
  ran: Pick<AnyRan, 'awaited' | 'handled' | 'skipped' | 'members'>,
): string[] {
  const { awaited, skipped, members = [{ ...ran, label: name }] } = ran
  const warnings = [...contradictions, ...problems.map((problem) => `skipped: ${problem}`)]
  if (awaited) warnings.push('no candle was complete: the data are shorter than the lengths that were asked for')
  for (const { label, ...member } of members)
    if (!member.handled && !member.awaited) warnings.push(`the data are ${kind}, and ${label} has no handler for them`)
  if (skipped > 0) warnings.push(`dry run: ${skipped} orders were not sent`)
  return warnings
}
