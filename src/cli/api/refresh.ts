/** `meltica refresh`: reads the strategy home again and moves the instances that follow a name or tag. */
import type { Command } from 'commander'
import { parseDigestPrefix } from '../../schema/digest'
import { type RefreshEntry, RefreshResult } from '../../schema/usage'
import { type ApiContext, answer, type ListFlags, listingCommand } from './command'
import { hashCell, lines, type Sheet } from './output'

const TITLES = ['SELECTOR', 'REASON', 'HASH', 'BEFORE', 'INSTANCES']
const EXAMPLES = ['refresh', 'refresh grid:prod momentum']

export const refreshCommand = (context: ApiContext): Command =>
  listingCommand('refresh', 'read the home again, and move what follows a name or tag', ...EXAMPLES)
    .argument('[selector...]', 'only these: name, name:tag, or a hash that instances run')
    .action(async (selectors: string[], flags: ListFlags) => {
      const result = await context.api().call(RefreshResult, 'POST', '/strategies/refresh', targetsOf(selectors))
      answer(context, flags, {
        quiet: () => result.results.map(({ selector }) => selector),
        json: result,
        table: () => tableOf(context, flags, result.results),
      })
      tellProblems(context, result)
    })

function targetsOf(selectors: readonly string[]): { strategies?: string[]; hashes?: string[] } {
  return Object.groupBy(selectors, (text) => (parseDigestPrefix(text) ? 'hashes' : 'strategies'))
}

function tableOf({ colours }: ApiContext, { trunc }: ListFlags, results: readonly RefreshEntry[]): Sheet {
  const { green, yellow, red, dim } = colours
  const colour = { refreshed: green, alreadyPinned: dim, retired: yellow, failed: red }
  return {
    titles: TITLES,
    rows: results.map(({ selector, reason, hash, previousHash, instances }) => [
      selector,
      { text: reason, colour: colour[reason] },
      hashCell(hash, trunc),
      hashCell(previousHash, trunc),
      instances.join(' '),
    ]),
  }
}

/** An instance that did not follow makes the command fail; what is unsound in the home is told alone. */
function tellProblems({ complain }: ApiContext, { results, problems }: RefreshResult): void {
  complain(
    lines(
      problems.flatMap(({ path, strategy, problem, hint }) => [
        `warning: ${path ?? strategy ?? ''}: ${problem}`,
        ...(hint === undefined ? [] : [`  hint: ${hint}`]),
      ]),
    ),
  )
  const failures = results.flatMap(({ failures = [] }) => failures)
  complain(lines(failures.map(({ instance, message }) => `error: ${instance} runs on as it was: ${message}`)))
  if (failures.length > 0) process.exitCode = 1
}
