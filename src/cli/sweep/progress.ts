/** What a sweep says while it goes on, on standard error: how far it is and how long it will take; and hears Ctrl-C. */
import { SingleBar } from 'cli-progress'
import pc from 'picocolors'
import { grouped } from '../../backtest/result/grouped'
import { plainText } from '../../schema/plain-text'

/** Between two lines where no bar can move. */
const LINE_MS = 10_000

export class SweepProgress implements Disposable {
  private readonly bar: SingleBar | undefined
  private readonly controller = new AbortController()
  private readonly interrupt = () => this.controller.abort()
  private startMs = 0
  private saidMs = 0
  private first = 0
  private total = 0

  /** @param warned hears of each warning. */
  constructor(private readonly warned: (text: string) => void) {
    // A second Ctrl-C ends the process at once.
    process.once('SIGINT', this.interrupt)
    if (process.stderr.isTTY)
      this.bar = new SingleBar({
        format: '{bar} {value}/{total} runs, {speed}, {left} left',
        clearOnComplete: true,
        hideCursor: true,
      })
  }

  /** Set by Ctrl-C. */
  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** @param done runs of an earlier sweep. */
  start(done: number, total: number): void {
    this.first = done
    this.total = total
    this.startMs = this.saidMs = performance.now()
    this.bar?.start(total, done, this.words(done))
  }

  update(done: number): void {
    this.bar?.update(done, this.words(done))
    if (this.bar || performance.now() - this.saidMs < LINE_MS) return
    this.saidMs = performance.now()
    const { speed, left } = this.words(done)
    process.stderr.write(`${grouped(done, 0)} of ${grouped(this.total, 0)} runs, ${speed}, ${left} left\n`)
  }

  /** The bar goes. */
  end(): void {
    this.bar?.stop()
  }

  /** As `1,234 runs in 12 s, 103 runs/s`. */
  summary(done: number): string {
    const seconds = (performance.now() - this.startMs) / 1000
    return `${grouped(done - this.first, 0)} runs in ${timeText(seconds)}, ${this.words(done).speed}`
  }

  warn(text: string): void {
    this.warned(text)
    this.say(pc.yellow('warning:'), text)
  }

  note(text: string): void {
    this.say(pc.dim('note:'), text)
  }

  [Symbol.dispose](): void {
    this.bar?.stop()
    process.removeListener('SIGINT', this.interrupt)
  }

  private say(head: string, text: string): void {
    const clear = this.bar ? '\r\u001b[K' : ''
    process.stderr.write(`${clear}${head} ${plainText(text)}\n`)
  }

  private words(done: number): { readonly speed: string; readonly left: string } {
    const seconds = (performance.now() - this.startMs) / 1000
    const perSecond = (done - this.first) / seconds
    if (!(perSecond > 0 && Number.isFinite(perSecond))) return { speed: '- runs/s', left: '-' }
    const speed = `${grouped(perSecond, perSecond < 10 ? 1 : 0)} runs/s`
    return { speed, left: timeText((this.total - done) / perSecond) }
  }
}

function timeText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
