/** `meltica init`: a folder to write a strategy in, with all that its author needs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { Failure } from '../../errors/failure'
import { errnoOf } from '../../files/reason'
import { unwritable } from '../../files/unwritable'
import { writeSample } from '../../market/sample'
import { isReserved, isStrategyName, lowerCaseName } from '../../schema/names'
import { shellWord } from '../shell-word'
import { writeFolder } from './new-folder'
import { projectFiles, TEMPLATE_NAMES, type TemplateName } from './templates'

const EXAMPLES = `
Templates:
  blank  logs candles, orders nothing
  cross  follows a trend by two moving averages
  grid   trades a ladder of limit orders
  maker  quotes both sides around the last price

Examples:
  meltica init my-strategy
  meltica init my-grid --template grid --js`

const NAME_HINT =
  'name the folder with a-z, 0-9, dot, dash and underscore, at most 128, beginning with a letter or digit, as my-strategy'
const SAMPLE = 'data/sample.csv.gz'
/** Three weeks. */
const SAMPLE_MINUTES = 21 * 24 * 60
const SAMPLE_SEED = 7
const SAMPLE_SYMBOL = 'BTC-USDT'

interface Flags {
  readonly js?: boolean
  readonly template: TemplateName
}

export function initCommand(): Command {
  return new Command('init')
    .description('make a folder to write a strategy in: a strategy, its tests, types, a sample of data')
    .argument('<dir>', 'the folder; its name becomes that of the strategy')
    .option('--js', 'plain JavaScript, checked by JSDoc, in place of TypeScript')
    .addOption(new Option('--template <name>', 'what the strategy does').choices(TEMPLATE_NAMES).default('blank'))
    .addHelpText('after', EXAMPLES)
    .action(init)
}

function init(dir: string, { js = false, template }: Flags): void {
  const folder = resolve(dir)
  const files = projectFiles({ name: nameOf(folder), template, language: js ? 'js' : 'ts' })
  writeFolder(folder, new Map<string, string | Uint8Array>([...files, [SAMPLE, sample()]]))
  const here = folder === process.cwd()
  process.stdout.write(`${[...files.keys(), SAMPLE].map((path) => join(dir, path)).join('\n')}\n`)
  process.stderr.write(`next: ${here ? '' : `cd ${shellWord(dir)} && `}meltica test\n`)
}

/** @throws Failure invalid_name. */
function nameOf(folder: string): string {
  const name = lowerCaseName(basename(folder)).replaceAll(/\s+/g, '-')
  if (isStrategyName(name)) return name
  const why = isReserved(name) ? ': the system has that name' : ''
  throw new Failure('invalid_name', `"${basename(folder)}" cannot name a strategy${why}`, {}, NAME_HINT)
}

/** Candles of a minute that name their symbol, packed: the same bytes every time. @throws Failure file_unwritable. */
function sample(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-init-'))
  const path = join(folder, 'sample.csv')
  try {
    writeSample(path, { rows: SAMPLE_MINUTES, seed: SAMPLE_SEED })
    const [header = '', ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n')
    const lines = [`${header},symbol`, ...rows.map((row) => `${row},${SAMPLE_SYMBOL}`)]
    return Bun.gzipSync(Buffer.from(`${lines.join('\n')}\n`))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    throw unwritable(path, error)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
