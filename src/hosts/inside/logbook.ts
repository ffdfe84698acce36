/** An instance's lines on their way out: a flood is cut off, and said to be. */

import { plainText } from '../../telemetry/plain-text'
import type { LogLine } from '../launch'

export class Logbook {
  /** Lines so far, those cut off included. */
  count = 0
  private second = 0
  private inSecond = 0

  constructor(
    private readonly maxPerSecond: number,
    private readonly now: () => number,
    private readonly send: (line: LogLine) => void,
  ) {}

  /** What the host has to say always passes, unless it speaks of each event. */
  notice(level: LogLine['level'], message: string): void {
    this.send({ timeMs: this.now(), level, source: 'host', message: plainText(message) })
  }

  line(level: LogLine['level'], source: LogLine['source'], message: string): void {
    this.count++
    const timeMs = this.now()
    const second = Math.floor(timeMs / 1000)
    if (second !== this.second) {
      this.second = second
      this.inSecond = 0
    }
    this.inSecond++
    if (this.inSecond <= this.maxPerSecond) this.send({ timeMs, level, source, message: plainText(message) })
    else if (this.inSecond === this.maxPerSecond + 1) {
      this.notice('warn', `more than ${this.maxPerSecond} lines within a second: the rest of them is left out`)
    }
  }
}
