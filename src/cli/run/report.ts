/** `--report`: what a run did, as a page. */
import { backtestReport } from '../../backtest/report/backtest'
import { ReportFile } from '../../backtest/report/file'
import { Recorder } from '../../backtest/report/recorder'
import type { BacktestResult } from '../../backtest/result/result'
import type { AnyRan } from '../../backtest/terms'
import { isStrategyFile } from '../../bundle/strategy-file'
import type { DataFeed } from '../../market/files/open'
import { shellWord } from '../shell-word'
import { version } from '../version'
import { labelled } from './opening'

/** They name files that are written, and change nothing of the run. */
const OUTPUTS = /^--(report|json|equity|trades|orders)(=|$)/

export class RunReport implements Disposable {
  /** To be among the observers of the run. */
  readonly recorder: Recorder
  private readonly file: ReportFile

  /** @throws Failure file_unwritable. */
  constructor(
    path: string,
    { labels, feed }: { readonly labels: readonly string[]; readonly feed: Pick<DataFeed, 'symbols'> },
  ) {
    this.file = new ReportFile(path)
    this.recorder = new Recorder(feed.symbols.length, labels)
  }

  /** @param command as `repeating` has it. @throws Failure file_unwritable. */
  async finish(result: BacktestResult, ran: AnyRan, command: string): Promise<void> {
    const { recorder } = this
    await this.file.finish((columns) => backtestReport({ result, ran, recorder, command, version }, columns))
  }

  [Symbol.dispose](): void {
    this.file[Symbol.dispose]()
  }
}

/** What a selector among the arguments has led to. */
export interface Pin {
  /** As it was typed, perhaps with a name before it. */
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
    const { strategy } = waiting.shift()!
    const { label, selector } = labelled(word)
    if (isStrategyFile(selector)) return word
    return `${label === undefined ? '' : `${label}=`}${strategy.name}@${strategy.hash}`
  })
  return ['meltica', ...pinned.map(shellWord)].join(' ')
}

/** Whether what stands before it is the option of an output, whose path it is. */
const isValue = (before: string | undefined): boolean =>
  before !== undefined && OUTPUTS.test(before) && !before.includes('=')
