/** `meltica doctor`: whether this machine can run a gateway, or runs one well. Beside a running gateway it is no harm. */
import { join } from 'node:path'
import { Command, Option } from 'commander'
import type { Colors } from 'picocolors/types'
import { inProcessCompiler } from '../../compiler/compile'
import { type Flags, loadSettings, type Settings } from '../../config/settings'
import { Failure } from '../../errors/failure'
import { loadEngine } from '../../sandbox/engine'
import { plainText } from '../../schema/plain-text'
import { ClockWatch } from '../../telemetry/steady-clock'
import { callWithoutProxy } from '../api/direct'
import { jsonText } from '../api/output'
import { problemsOf } from '../config/problems'
import { INPUTS } from '../inputs-folder'
import { withSettings } from '../settings-options'
import { checkTls, checkTokens } from './certificate'
import { checkClock } from './clock'
import { checkDisk } from './disk'
import { checkEngine } from './engine'
import { type Finding, findingsOf, type Status, worstOf } from './finding'
import { checkInputs } from './inputs'
import { checkJournal } from './journal'
import { checkKernel } from './kernel'
import { checkLimits } from './limits'
import { checkPort } from './port'
import { runningGateway } from './running-gateway'
import { checkWall } from './wall'

export interface DoctorContext {
  /** The variables of the process: what calls this machine goes past a proxy that it names. */
  readonly environment: Record<string, string | undefined>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  readonly print: (text: string) => void
  /** Those that standard output can show. */
  readonly colours: Colors
  /** Gives up the rights that a sandbox host gives up. @returns which parts of the wall are missing. */
  readonly raiseWall: () => readonly string[]
  /** Ends the process with this status, later. */
  readonly endWith: (status: number) => void
}

interface DoctorFlags extends Flags {
  readonly format: 'text' | 'json'
  readonly deep?: boolean
}

export const doctorCommand = (context: DoctorContext): Command =>
  withSettings(
    new Command('doctor').description(
      'look whether this machine can run the gateway of a configuration, or runs it well',
    ),
  )
    .option('--deep', 'look through a journal of any size, and through all that is kept of inputs')
    .addOption(new Option('--format <format>', 'for people or for programs').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
A running gateway is not disturbed. Run it as the user that runs the gateway. The status is 1 when something fails.

Example:
  sudo --user=meltica meltica doctor --config /etc/meltica/meltica.yaml`,
    )
    .action(async ({ format, deep = false, ...flags }: DoctorFlags) => {
      const { print, colours, endWith } = context
      callWithoutProxy(context.environment)
      const checks = await examine(flags, deep, context)
      const status = worstOf(checks)
      print(format === 'json' ? jsonText({ status, checks }) : checks.map((one) => textOf(one, colours)).join(''))
      if (status === 'fail') endWith(1)
    })

/** The wall comes last: this process can do little more behind it than to print. */
async function examine(flags: Flags, deep: boolean, context: DoctorContext): Promise<Finding[]> {
  return [...(await look(flags, deep, context)), checkWall(context.raiseWall())]
}

async function look(flags: Flags, deep: boolean, { environment, now, elapsed }: DoctorContext): Promise<Finding[]> {
  const clock = { now, watch: new ClockWatch(now, elapsed) }
  const settings = settingsOf(flags, environment)
  const engine = await checkEngine()
  if ('check' in settings) {
    return [settings, ...checkClock(clock, undefined), ...checkLimits(undefined), ...checkKernel(undefined), engine]
  }
  const { strategies, data, inputs, listen, tls, tokens } = settings
  const running = runningGateway(strategies)
  return [
    ...(await checkConfig(settings, now)),
    await checkPort(listen, tls !== undefined, running),
    ...checkDisk([
      { path: data, what: 'the data folder' },
      { path: strategies, what: 'the strategy home' },
    ]),
    checkJournal(data, deep),
    ...(await checkInputs(join(data, INPUTS), inputs, deep)),
    ...(tokens === undefined ? [] : checkTokens(tokens)),
    ...(tls ? checkTls(tls, now()) : []),
    ...checkLimits(running),
    ...checkKernel(running),
    engine,
    ...checkClock(clock, data),
  ]
}

const FIX = 'meltica config check says all of it'
const { ok, warn, fail } = findingsOf('config')

function settingsOf(flags: Flags, environment: DoctorContext['environment']): Settings | Finding {
  try {
    return loadSettings(flags, environment)
  } catch (error) {
    if (error instanceof Failure) return fail(error.message, error.hint)
    throw error
  }
}

/** Tokens and certificate have checks of their own. */
async function checkConfig(settings: Settings, now: () => number): Promise<Finding[]> {
  const { tokens, tls, ...rest } = settings
  const problems = await problemsOf(rest, { compiler: inProcessCompiler(await loadEngine()), now })
  const doubts = settings.warnings.map((warning) => warn(warning, FIX))
  const found = problems.map((problem) => fail(problem, FIX))
  return [...(found.length > 0 ? found : [ok(`${settings.file ?? 'the defaults'}: no problem found`)]), ...doubts]
}

const COLOUR: Readonly<Record<Status, 'green' | 'yellow' | 'red'>> = { ok: 'green', warn: 'yellow', fail: 'red' }

/** Below the first line, in its last column. */
const INDENTED = `\n${' '.repeat(16)}`

function textOf({ check, status, message, hint }: Finding, colours: Colors): string {
  const told = `${colours[COLOUR[status]](status.padEnd(4))}  ${check.padEnd(8)}  ${message.split('\n').map(plainText).join(INDENTED)}\n`
  return hint === undefined ? told : `${told}${INDENTED.slice(1)}${plainText(hint)}\n`
}
