/** An instance's lines on their way out: a flood is cut off before its text is even read, said to be, and counted. */
import type { InstanceRates } from '../../schema/instance-rates'
import { plainText } from '../../schema/plain-text'

type LogRates = Pick<InstanceRates, 'logsPerSecond' | 'logBytesPerSecond'>

export interface Line {
  readonly level: 'info' | 'warn' | 'error'
  /** `strategy`: what it printed; `host`: what is said of it. */
  readonly source: 'strategy' | 'host'
  /** Control characters already stripped. */
  readonly message: string
}

/** What takes the lines. */
export interface LineOutlet {
  /** Whether so many bytes of lines more can be on their way. */
  hasRoom(bytes: number): boolean
  /** @param timeMs of the instance. */
  send(line: Line, timeMs: number): void
}

/** As it stands, to go on from. */
export interface LogbookState {
  readonly count: number
  readonly leftOut: number
  readonly second: number
  readonly lines: number
  readonly bytes: number
  readonly isCut: boolean
}

export class Logbook {
  /** Lines so far, those left out included. */
  count = 0
  /** Lines that were left out. */
  leftOut = 0
  private second = 0
  private lines = 0
  private bytes = 0
  /** It was said that lines of this second are left out. */
  private isCut = false

  constructor(
    private readonly rates: LogRates,
    private readonly outlet: LineOutlet,
  ) {}

  get state(): LogbookState {
    const { count, leftOut, second, lines, bytes, isCut } = this
    return { count, leftOut, second, lines, bytes, isCut }
  }

  set state({ count, leftOut, second, lines, bytes, isCut }: LogbookState) {
    this.count = count
    this.leftOut = leftOut
    this.second = second
    this.lines = lines
    this.bytes = bytes
    this.isCut = isCut
  }

  /** Counts a line, and says whether it is taken: `add` it then. @param bytes of its text, about. */
  admits(bytes: number, timeMs: number): boolean {
    this.count++
    const second = Math.floor(timeMs / 1000)
    if (second !== this.second) {
      this.second = second
      this.lines = 0
      this.bytes = 0
      this.isCut = false
    }
    const reason = this.isCut ? '' : this.refusal(bytes)
    if (reason === undefined) {
      this.lines++
      this.bytes += bytes
      return true
    }
    if (!this.isCut) this.add('warn', 'host', `${reason}: the rest of them is left out${this.before}`, timeMs)
    this.isCut = true
    this.leftOut++
    return false
  }

  /** Passes without being counted: a line that was admitted, or one that is rare. */
  add(level: Line['level'], source: Line['source'], message: string, timeMs: number): void {
    this.outlet.send({ level, source, message: plainText(message) }, timeMs)
  }

  /** What is said of each of many: as far as it is admitted. */
  say(level: Line['level'], message: string, timeMs: number): void {
    if (this.admits(message.length, timeMs)) this.add(level, 'host', message, timeMs)
  }

  private get before(): string {
    return this.leftOut > 0 ? `, besides ${this.leftOut} before` : ''
  }

  private refusal(bytes: number): string | undefined {
    const { logsPerSecond, logBytesPerSecond } = this.rates
    if (this.lines >= logsPerSecond) return `more than ${logsPerSecond} lines within a second`
    if (this.bytes + bytes > logBytesPerSecond)
      return `more than ${logBytesPerSecond >> 10} KiB of lines within a second`
    if (!this.outlet.hasRoom(bytes)) return 'the gateway falls behind with the lines of this host'
    return undefined
  }
}
