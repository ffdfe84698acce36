/** `meltica backtest-host`: what a process of tests starts to run its backtests; of no use by itself, hence hidden. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { linesOf } from '../../author/lines'
import type { Asked, Question } from '../../author/messages'
import { ResultFile, resultOf } from '../../backtest/result/result'
import { runBacktest } from '../../backtest/run'
import { checkFile } from '../check'
import { ownCommandLine } from '../own-command'
import { endWithParent } from '../parent'
import { refusalOf } from '../refusal'
import { openRun } from '../run/opening'
import { runWarnings } from '../run/warnings'
import { askedRun } from './asked-flags'
import { dataPaths } from './rows'
import { RunRecord } from './run-record'
import { swept } from './swept'
import { Workbench } from './workbench'

const NAME = 'backtest-host'

/** The command line that starts it. @param script the program's file, of no meaning in a built executable. */
export function backtestHostCommandLine(executable: string, script: string, folder: string): string[] {
  return [...ownCommandLine(executable, script, NAME), folder]
}

/** @param sweeper the command line that runs a search. */
export function backtestHostCommand(sweeper: readonly string[]): Command {
  return new Command(NAME)
    .description('run backtests for tests')
    .argument('<folder>', 'for files on the way; who starts it removes it')
    .action((folder: string) => answerAll(folder, sweeper))
}

/** Until standard input ends. What is no refusal ends it. */
async function answerAll(folder: string, sweeper: readonly string[]): Promise<void> {
  endWithParent()
  await using bench = new Workbench()
  for await (const line of linesOf(Bun.stdin.stream())) {
    const answer = await answered(JSON.parse(line) as Question, { folder, bench, sweeper })
    process.stdout.write(`${answer}\n`)
  }
}

interface Means {
  readonly folder: string
  readonly bench: Workbench
  readonly sweeper: readonly string[]
}

/** @returns a line of JSON. */
async function answered(question: Question, { folder, bench, sweeper }: Means): Promise<string> {
  try {
    process.chdir(question.folder)
    if ('check' in question) return await checked(question.check)
    if ('sweep' in question) return JSON.stringify(await swept(question.sweep, folder, sweeper))
    return await backtested(question.backtest, folder, bench)
  } catch (error) {
    const refused = refusalOf(error)
    if (!refused) throw error
    return JSON.stringify({ refused })
  }
}

async function backtested(asked: Asked, folder: string, bench: Workbench): Promise<string> {
  const run = askedRun(asked, dataPaths(asked.data, folder))
  const path = join(folder, `result-${process.pid}.json`)
  const { stopped, answer } = await once(run, path, bench)
  // a run that ends early reads its data no further, which its result says
  return stopped === null ? answer : (await once(run, path)).answer
}

/** The result as the command writes it, not as another would. */
async function once({ strategy, flags }: ReturnType<typeof askedRun>, path: string, bench?: Workbench) {
  await using stack = new AsyncDisposableStack()
  const run = await openRun(strategy, flags, stack, bench?.open)
  const encodings = bench?.encodings(run.feed)
  using file = new ResultFile(path)
  const record = new RunRecord()
  const ran = await runBacktest({ ...run, ...(encodings && { encodings }), observers: [file, record] })
  file.finish(resultOf(run, ran))
  // line ends stand between values alone
  const result = readFileSync(path, 'utf8').replaceAll('\n', '')
  const { fills, logs, faults } = record
  const warnings = runWarnings(run.strategy.name, run.feed, ran)
  const others = JSON.stringify({ fills, logs, faults, warnings, symbols: run.feed.symbols })
  return { stopped: ran.stopped, answer: `{"result":${result},${others.slice(1)}` }
}

async function checked(path: string): Promise<string> {
  const { compilation } = await checkFile(path)
  if ('diagnostics' in compilation) {
    const { diagnostics } = compilation
    return JSON.stringify({ ok: false, name: '', tag: '', diagnostics, warnings: [] })
  }
  const { metadata, warnings } = compilation
  return JSON.stringify({ ok: true, name: metadata.name, tag: metadata.tag, diagnostics: [], warnings })
}
