/** What a run reads stays as it is, whatever it is told to write. */
import { refuseOverlap } from '../../files/apart'
import type { RunFlags } from './flags'
import { DEFAULT_DATA } from './opening'

/**
 * @param selectors strategies, or paths of their files. @param outputs paths by the names of their flags.
 * @throws Failure usage when an output is an input, or two are one.
 */
export function keepApart(
  selectors: readonly string[],
  { data = [DEFAULT_DATA], rules }: Pick<RunFlags, 'data' | 'rules'>,
  outputs: Readonly<Record<string, string | undefined>>,
): void {
  const read = [
    // one of several may have a name before it
    ...selectors.flatMap((text) => [text, text.replace(/^[^=]*=/, '')]).map((path) => ({ is: 'the strategy', path })),
    ...data.map((path) => ({ is: 'the data', path })),
    // the file may be followed by the market in it
    ...(rules === undefined ? [] : [rules, rules.replace(/#.*$/, '')].map((path) => ({ is: 'the rules', path }))),
  ]
  const written = Object.entries(outputs).flatMap(([name, path]) => (path === undefined ? [] : [{ by: name, path }]))
  refuseOverlap(read, written)
}
