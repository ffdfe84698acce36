/** `--report`: what a run did, as a page. */
import { backtestReport } from '../../backtest/report/backtest'
import { ReportFile } from '../../backtest/report/file'
import { Recorder } from '../../backtest/report/recorder'
import type { BacktestResult } from '../../backtest/result/result'
import type { Ran } from '../../backtest/run'
import { isStrategyFile } from '../../bundle/strategy-file'
import { shellWord } from '../shell-word'
import { version } from '../version'
import type { Run } from './opening'

/** They name files that are written, and change nothing of the run. */
const OUTPUTS = /^--(report|json|equity|trades|orders)(=|$)/

export class RunReport implements Disposable {
  /** To be among the observers of the run. */
  readonly recorder: Recorder
  private readonly file: ReportFile

  /** @throws Failure file_unwritable. */
  constructor(path: string, { feed }: Run) {
    this.file = new ReportFile(path)
    this.recorder = new Recorder(feed.symbols.length)
  }

  /** @param command as `repeating` has it. @throws Failure file_unwritable. */
  async finish(result: BacktestResult, ran: Ran, command: string): Promise<void> {
    const { recorder } = this
    await this.file.finish((columns) => backtestReport({ result, ran, recorder, command, version }, columns))
  }

  [Symbol.dispose](): void {
    this.file[Symbol.dispose]()
  }
}

/** What a selector among the arguments has led to. */
export interface Pin {
  readonly selector: string
  readonly strategy: Pick<BacktestResult['strategy'], 'name' | 'hash'>
}

/**
 * The command line that does the same again, without what it wrote.
 * @param args as they were given. @param pins of selectors among them, in their order: they will mean the same revisions,
 * wherever tags have moved.
 */
export function repeating(args: readonly string[], ...pins: readonly Pin[]): string {
  const words = args.filter((arg, index) => !OUTPUTS.test(arg) && !isValue(args[index - 1]))
  const waiting = [...pins]
  const pinned = words.map((word) => {
    if (word !== waiting[0]?.selector) return word
    const { selector, strategy } = waiting.shift()!
    return isStrategyFile(selector) ? selector : `${strategy.name}@${strategy.hash}`
  })
  return ['meltica', ...pinned.map(shellWord)].join(' ')
}

/** Whether what stands before it is the option of an output, whose path it is. */
const isValue = (before: string | undefined): boolean =>
  before !== undefined && OUTPUTS.test(before) && !before.includes('=')
