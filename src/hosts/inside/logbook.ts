/** An instance's lines on their way out: a flood is cut off before its text is even read, said to be, and counted. */

import { plainText } from '../../telemetry/plain-text'
import type { LogLine } from '../launch'

export interface LogLimits {
  /** Lines within a second. */
  readonly perSecond: number
  /** Of text within a second. */
  readonly bytesPerSecond: number
}

/** What takes the lines of all instances of a host. */
export interface LineOutlet {
  /** Whether so many bytes of lines more can be on their way. */
  hasRoom(bytes: number): boolean
  send(line: LogLine, bytes: number): void
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
    private readonly limits: LogLimits,
    private readonly now: () => number,
    private readonly outlet: LineOutlet,
  ) {}

  /** What the host has to say always passes, unless it speaks of each event. */
  notice(level: LogLine['level'], message: string): void {
    this.add(level, 'host', message)
  }

  /** Counts a line, and says whether it is taken: `add` it then. @param bytes of its text, about. */
  admits(bytes: number): boolean {
    this.count++
    const second = Math.floor(this.now() / 1000)
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
    if (!this.isCut) this.notice('warn', `${reason}: the rest of them is left out${this.before}`)
    this.isCut = true
    this.leftOut++
    return false
  }

  add(level: LogLine['level'], source: LogLine['source'], message: string): void {
    this.outlet.send({ timeMs: this.now(), level, source, message: plainText(message) }, message.length)
  }

  private get before(): string {
    return this.leftOut > 0 ? `, besides ${this.leftOut} before` : ''
  }

  private refusal(bytes: number): string | undefined {
    const { perSecond, bytesPerSecond } = this.limits
    if (this.lines >= perSecond) return `more than ${perSecond} lines within a second`
    if (this.bytes + bytes > bytesPerSecond) return `more than ${bytesPerSecond >> 10} KiB of lines within a second`
    if (!this.outlet.hasRoom(bytes)) return 'the gateway falls behind with the lines of this host'
    return undefined
  }
}
