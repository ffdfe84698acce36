/** `meltica config`: whether a configuration can be carried out, and what is in effect. Starts and changes nothing. */
import { Command, Option } from 'commander'
import { inProcessCompiler } from '../../compiler/compile'
import { type Flags, loadSettings, type Settings } from '../../config/settings'
import { Failure } from '../../errors/failure'
import { loadEngine } from '../../sandbox/engine'
import { jsonText, lines } from '../api/output'
import { withSettings } from '../settings-options'
import { inEffect, yamlOf } from './in-effect'
import { problemsOf } from './problems'

export interface ConfigContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly print: (text: string) => void
  /** To standard error. */
  readonly tell: (text: string) => void
}

interface PrintFlags extends Flags {
  readonly format: 'yaml' | 'json'
}

export const configCommand = (context: ConfigContext): Command =>
  new Command('config')
    .description('check a configuration, or print what is in effect')
    .addCommand(checkCommand(context))
    .addCommand(printCommand(context))
    .addHelpText('after', '\nExamples:\n  meltica config check meltica.yaml\n  meltica config print --format json')

const FILE = ['[file]', 'the configuration, as --config names it'] as const

const checkCommand = ({ environment, now, print, tell }: ConfigContext): Command =>
  withSettings(
    new Command('check').description('say all that would keep meltica serve from doing what a configuration says'),
  )
    .argument(...FILE)
    .addHelpText(
      'after',
      `
Each problem is told as file:line:column: what is wrong. Nothing is touched, and a gateway may be running.

Example:
  meltica config check /etc/meltica/meltica.yaml && systemctl restart meltica`,
    )
    .action(async (file: string | undefined, flags: Flags) => {
      const settings = loadSettings(named(file, flags), environment)
      const problems = await problemsOf(settings, { compiler: inProcessCompiler(await loadEngine()), now })
      tellWarnings(settings, tell)
      if (problems.length > 0) throw new Failure('invalid_settings', problems.join('\n'))
      print(`${settings.file ?? 'the configuration'}: no problem found\n`)
    })

const printCommand = ({ environment, print, tell }: ConfigContext): Command =>
  withSettings(new Command('print').description('print the configuration in effect, and where each value is from'))
    .argument(...FILE)
    .addOption(new Option('--format <format>', 'what to print').choices(['yaml', 'json']).default('yaml'))
    .addHelpText(
      'after',
      `
Flags beat environment variables beat the file beat defaults. Secrets are hidden. What it prints is a configuration.

Examples:
  meltica config print --listen 127.0.0.1:9000
  meltica config print /etc/meltica/meltica.yaml --format json`,
    )
    .action((file: string | undefined, { format, ...flags }: PrintFlags) => {
      const settings = loadSettings(named(file, flags), environment)
      tellWarnings(settings, tell)
      print(format === 'json' ? jsonText(inEffect(settings)) : yamlOf(settings))
    })

/** @throws Failure usage when it is named twice. */
function named(file: string | undefined, flags: Flags): Flags {
  if (file === undefined) return flags
  if (flags.config === undefined) return { ...flags, config: file }
  throw new Failure('usage', 'the configuration is named twice', {}, 'give the file, or --config')
}

const tellWarnings = ({ warnings }: Settings, tell: (text: string) => void): void =>
  tell(lines(warnings.map((warning) => `warning: ${warning}`)))
