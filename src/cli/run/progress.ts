/** What a backtest says while it runs, on standard error: progress, the strategy's logs and errors; and hears Ctrl-C. */
import { SingleBar } from 'cli-progress'
import pc from 'picocolors'
import type { RunObserver } from '../../backtest/observer'
import type { AnyRan } from '../../backtest/terms'
import type { DataFeed } from '../../market/files/open'
import { type MarketRules, unusedRules } from '../../market/rules/rules'
import { faultLine, type PlacedFault } from '../../sandbox/fault-message'
import { plainText } from '../../schema/plain-text'
import { runWarnings } from './warnings'

/** Different errors that are told, each once. */
const MOST_FAULTS = 10

export class BacktestProgress implements RunObserver, Disposable {
  private readonly bar: SingleBar | undefined
  private readonly controller = new AbortController()
  private readonly faults = new Map<string, number>()
  private readonly interrupt = () => this.controller.abort()

  constructor(
    private readonly name: string,
    private readonly printLogs: boolean,
    private readonly feed: DataFeed,
    private readonly rules?: MarketRules,
  ) {
    // A second Ctrl-C ends the process at once.
    process.once('SIGINT', this.interrupt)
    if (!process.stderr.isTTY) return
    this.bar = new SingleBar({ format: '{bar} {percentage} %', clearOnComplete: true, hideCursor: true })
    this.bar.start(feed.progress.bytesTotal, 0)
  }

  /** Set by Ctrl-C. */
  get signal(): AbortSignal {
    return this.controller.signal
  }

  advanced(): void {
    this.bar?.update(this.feed.progress.bytesRead)
  }

  logged(timeMs: number, message: string): void {
    if (this.printLogs) this.say(pc.dim(new Date(timeMs).toISOString()), message)
  }

  faulted(fault: PlacedFault, _: number, strategy?: string): void {
    const text = `${strategy === undefined ? '' : `${strategy}: `}${faultLine(fault)}`
    const count = this.faults.get(text) ?? 0
    if (count === 0 && this.faults.size < MOST_FAULTS) this.say(pc.red('error:'), text)
    if (count > 0 || this.faults.size < MOST_FAULTS) this.faults.set(text, count + 1)
  }

  /** What the table does not show. */
  end(ran: AnyRan): void {
    this.bar?.stop()
    const { errors, logs } = ran
    for (const [text, count] of this.faults) if (count > 1) this.warn(`${count} times: ${text}`)
    for (const text of runWarnings(this.name, this.feed, ran)) this.warn(text)
    for (const unused of unusedRules(this.rules, this.feed.symbols)) this.warn(unused)
    if (logs > 0 && !this.printLogs && errors === 0) this.say(pc.dim('note:'), `${logs} log lines; --logs prints them`)
  }

  [Symbol.dispose](): void {
    this.bar?.stop()
    process.removeListener('SIGINT', this.interrupt)
  }

  private warn(text: string): void {
    this.say(pc.yellow('warning:'), text)
  }

  private say(head: string, text: string): void {
    const clear = this.bar ? '\r\u001b[K' : ''
    process.stderr.write(`${clear}${head} ${plainText(text)}\n`)
  }
}
