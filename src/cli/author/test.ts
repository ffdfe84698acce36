/** `meltica test`: tests of strategies, by Bun's own test runner, which the binary has in it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { preloadText } from '../../author/bundled' with { type: 'macro' }
import { SETTINGS_VARIABLE, type TestSettings } from '../../author/messages'

const PRELOAD = preloadText()
/** A backtest over much data takes longer than the 5 s that Bun gives a test. */
const TIMEOUT_MS = 60_000
const SIGNAL_STATUS = 128

const HELP = `
A test imports what it needs from meltica: backtest, check, sweep, and test, describe, expect as of bun:test.
Paths in it count from its folder. docs/testing.md tells more.

Options of bun test, among them:
  -t, --test-name-pattern <regex>  run the tests alone whose names match
  -u, --update-snapshots           write golden files anew
  --watch                          run again after each save
  --bail                           stop at the first failure
  --timeout <ms>                   that a test may take (default: ${TIMEOUT_MS})

Examples:
  meltica test
  meltica test strategy.test.ts -t 'buys when'`

export interface TestContext {
  readonly executable: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What starts the process that runs backtests. @param folder for its files. */
  readonly hostCommand: (folder: string) => readonly string[]
}

export function testCommand(context: TestContext): Command {
  return new Command('test')
    .description('run the tests of strategies (*.test.ts, *.test.js) in this folder and below')
    .argument('[file...]', 'run the files alone whose paths have this in them; options of bun test')
    .allowUnknownOption()
    .addHelpText('after', HELP)
    .action(async (args: readonly string[]) => {
      process.exitCode = await runTests(args, context)
    })
}

/** @returns the exit status of the runner. */
async function runTests(
  args: readonly string[],
  { executable, environment, hostCommand }: TestContext,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'meltica-test-'))
  try {
    const preload = join(folder, 'meltica.js')
    await writeFile(preload, PRELOAD)
    const settings: TestSettings = {
      command: hostCommand(folder),
      update: args.some((arg) => arg === '-u' || arg === '--update-snapshots'),
      watch: args.includes('--watch'),
    }
    const env = { ...environment, BUN_BE_BUN: '1', [SETTINGS_VARIABLE]: JSON.stringify(settings) }
    // nothing is fetched, and no .env read, that the commands would not read
    const terms = ['--preload', preload, '--no-install', '--no-env-file', '--timeout', String(TIMEOUT_MS)]
    const child = Bun.spawn([executable, 'test', ...terms, ...args], { env, stdio: ['inherit', 'inherit', 'inherit'] })
    using _passed = passSignals(child)
    const status = await child.exited
    return child.signalCode === null ? status : SIGNAL_STATUS + signalNumber(child.signalCode)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const signalNumber = (signal: NodeJS.Signals | number): number =>
  typeof signal === 'number' ? signal : constants.signals[signal]

/** Ctrl-C reaches both by itself; this process stays, to clear up. */
function passSignals(child: Bun.Subprocess): Disposable {
  const wait = () => undefined
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', wait)
  process.on('SIGTERM', pass)
  process.on('SIGHUP', pass)
  return {
    [Symbol.dispose]() {
      process.removeListener('SIGINT', wait)
      process.removeListener('SIGTERM', pass)
      process.removeListener('SIGHUP', pass)
    },
  }
}
