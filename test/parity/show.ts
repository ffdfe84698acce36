/**
 * `bun test/parity/show.ts`: the table. `bun test/parity/show.ts WORDS…`: only the situations with these words in their
 * names, with the first line that differs in each way; `--all` prints the whole transcript of each way besides.
 */
import { Comparison } from './comparison'
import { RANDOM } from './programs'
import { SITUATIONS } from './situations/all'
import { tableOf } from './table'
import { WAY_NAMES } from './ways/names'

const print = (text: string): void => void process.stdout.write(`${text}\n`)

const isWhole = process.argv.includes('--all')
const words = process.argv
  .slice(2)
  .filter((word) => word !== '--all')
  .join(' ')
const comparison = await Comparison.of([...SITUATIONS, ...RANDOM].filter(({ name }) => name.includes(words)))
print(tableOf(comparison))
for (const situation of words === '' ? [] : comparison.situations) {
  for (const way of WAY_NAMES) {
    const transcript = comparison.transcript(situation, way)
    if (isWhole && transcript) print([`${situation.name}: ${way}`, ...transcript.lines, ''].join('\n  '))
    const outcome = comparison.outcome(situation, way)
    if (outcome.kind !== 'differs') continue
    const { line, expected, actual } = outcome.difference
    print(`${situation.name}: line ${line}\n  ${outcome.from}: ${expected}\n  ${way}: ${actual}\n`)
  }
}
