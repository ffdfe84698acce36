/** A backtest as it is asked for: checked as far as can be without running it, its revision pinned, its files found. */
import { realpathSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { checkConfig } from '../../compiler/config'
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'
import { ReplayFolder } from '../../market/replay-folder'
import type { Registry } from '../../registry/registry'
import type { BacktestBody } from '../../schema/backtests'
import type { StoredBacktest } from '../../store/backtests'
import { flagged, type OptionProblem, optionProblems, optionWords } from './options'

/** What of it is kept when it has been checked. */
export type AskedBacktest = Pick<
  StoredBacktest,
  'selector' | 'strategy' | 'tag' | 'hash' | 'data' | 'config' | 'options' | 'words'
>

/**
 * @param directory the folder of what may be read.
 * @throws Failure of the selector and the revision, invalid_config and invalid_backtest with all problems.
 */
export async function checkAsked(
  registry: Registry,
  directory: string,
  { selector, data, config = {}, ...options }: BacktestBody,
): Promise<AskedBacktest> {
  const revision = registry.resolve(selector)
  const { name: strategy, hash, tag } = revision
  const { metadata } = await registry.launchable(revision)
  const checked = checkConfig(metadata, { dry_run: false, ...config })
  if ('problems' in checked) {
    const { problems } = checked
    throw new Failure('invalid_config', problems.map(({ message }) => message).join('; '), { problems })
  }
  const files = new Files(directory)
  const paths = data.map((file, index) => files.find(`data[${index}]`, file))
  const { rules, ...others } = options
  const ruled = rules === undefined ? others : { ...others, rules: files.findRules(rules) }
  refuseAny([...files.problems, ...optionProblems(options), ...unsayable(config)], files.hint)
  const words = [
    // whatever a name begins with, it is no option
    strategy.startsWith('-') ? `--strategy=${strategy}@${hash}` : `${strategy}@${hash}`,
    ...paths.flatMap((path) => flagged('--data', path)),
    ...optionWords(ruled),
    ...Object.entries(config).flatMap(([name, value]) =>
      value === null ? [] : flagged('--set', `${name}=${written(value)}`),
    ),
  ]
  return { selector, strategy, hash, tag, data, config, options, words }
}

const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** What no word of a command can hold. */
const unsayable = (config: Readonly<Record<string, unknown>>): OptionProblem[] =>
  Object.entries(config)
    .filter(([, value]) => typeof value === 'string' && value.includes('\0'))
    .map(([name]) => ({ path: `config.${name}`, message: `"${name}" must not hold a NUL` }))

function refuseAny(problems: readonly OptionProblem[], hint: string | undefined): void {
  if (problems.length === 0) return
  const message = problems.map((problem) => problem.message).join('; ')
  throw new Failure('invalid_backtest', message, { problems }, hint)
}

/** Files of the folder by the names that were given, and all that is wrong with these. */
class Files {
  readonly problems: OptionProblem[] = []
  /** What to do about it. */
  hint: string | undefined
  private readonly folder: ReplayFolder

  constructor(private readonly directory: string) {
    this.folder = new ReplayFolder(directory, (message, hint) => new Failure('invalid_backtest', message, {}, hint))
  }

  /** Where it really lies, from the folder: what was looked at is what is opened. @param field which names it. */
  find(field: string, file: string): string {
    try {
      const path = this.folder.find(file)
      if (!statSync(path).isFile())
        throw new Failure('invalid_backtest', `${JSON.stringify(file)} is not a regular file`)
      const found = relative(realpathSync.native(this.directory), path)
      // a dash alone is standard input
      return found === '-' ? './-' : found
    } catch (error) {
      // the system refuses as well: what leads through a file, is too long, or is gone since it was found
      const message =
        error instanceof Failure ? error.message : `${JSON.stringify(file)} cannot be read: ${reasonOf(error)}`
      this.problems.push({ path: field, message })
      if (error instanceof Failure) this.hint ??= error.hint
      return file
    }
  }

  /** A market of it may stand behind its name. */
  findRules(rules: string): string {
    const [, file = rules, market = ''] = /^(.*)(#[^#/]+(?:\/[^#/]+)?)$/.exec(rules) ?? []
    return `${this.find('rules', file)}${market}`
  }
}
