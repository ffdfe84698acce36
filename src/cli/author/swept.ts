/** A search that a test asks for: `meltica sweep` is given what the test has written, and makes the runs. */
import { Command } from 'commander'
import type { Asked, RanSweep, Refusal } from '../../author/messages'
import { FIGURES, type FigureName } from '../../backtest/statistics/figures'
import { Ranking } from '../../backtest/sweep/ranking'
import type { RunLine } from '../../backtest/sweep/run-line'
import { runOptions } from '../run/options'
import { sweepCommand } from '../sweep/sweep'
import { askedWords, fieldsOf, refused, text } from './asked-flags'
import { dataPaths } from './rows'
import { sweptLines } from './sweep-host'

/** What a search is told beside what every run is; the others say what becomes of the runs, which the test does. */
const SEARCH = ['random', 'sobol', 'jobs']

/** @param sweeper the command line that runs a search. @throws Failure usage for what is no option. */
export async function swept(
  { config, set, ...asked }: Asked,
  folder: string,
  sweeper: readonly string[],
): Promise<RanSweep | Refusal> {
  const { options } = sweepCommand([])
  const run = runOptions(new Command('sweep')).options.map((option) => option.attributeName())
  const named = options.filter((option) => [...run, ...SEARCH].includes(option.attributeName()))
  const { strategy, words } = askedWords(asked, dataPaths(asked.data, folder), named)
  const fixed = fieldsOf('config', config, '{ fast: 5 }').map(([key, value]) => axis(`config.${key}`, key, [value]))
  const axes = fieldsOf('set', set, "{ fast: '5:50:5' }").map(([key, value]) => axis(`set.${key}`, key, value))
  const made = await sweptLines(sweeper, [...words, ...fixed, ...axes, '--', strategy])
  return 'refused' in made ? made : { ...made, best: bestOf(made.runs) }
}

/** @param values a list, or a text in the notation of the command. */
function axis(name: string, key: string, values: unknown): string {
  if (typeof values === 'string') return `--set=${key}=${values}`
  if (!Array.isArray(values) || values.length === 0)
    throw refused(`${name} is a list of values that is not empty, or a text, as '5:50:5' or '5,10'`)
  const list: readonly unknown[] = values
  return `--set=${key}=${list.map((value) => quoted(name, text(name, value, true))).join(',')}`
}

/** A value as one of several. */
function quoted(name: string, value: string): string {
  if (value !== '' && !value.includes(',') && !value.startsWith('"')) return value
  if (value.includes('"')) throw refused(`${name} has a value with a double quote that a search cannot write`)
  return `"${value}"`
}

/** The number of the best run by each figure that one has. */
function bestOf(lines: readonly RunLine[]): Record<string, number> {
  const best = Object.keys(FIGURES).flatMap((name) => {
    const ranking = new Ranking(name as FigureName, lines.length)
    for (const [run, { stats }] of lines.entries()) ranking.add(run, stats)
    const [first] = ranking.best(1)
    return first === undefined || ranking.valued === 0 ? [] : [[name, first] as const]
  })
  return Object.fromEntries(best)
}
