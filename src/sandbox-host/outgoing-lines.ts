/** Log lines of all instances of a host, until they are sent: no more of them at a time than the gateway takes. */

import type { LogLine } from '../protocol/reported'
import type { LineOutlet } from '../trading/session/logbook'
import type { Told } from './told'

/** What is not taken yet by the gateway included. */
const MOST_BYTES = 1 << 20

export type NumberedLine = LogLine & { readonly number: number; readonly place: number }

export class OutgoingLines {
  private lines: NumberedLine[] = []
  private bytes = 0

  /**
   * @param backlog bytes of the channel that the gateway has not taken.
   * @param now by which lines are dated, ms.
   */
  constructor(
    private readonly backlog: () => number,
    private readonly now: () => number,
  ) {}

  /** What takes the lines of one instance. @param told counts them. */
  of(number: number, told: Pick<Told, 'lines'>): LineOutlet {
    return {
      hasRoom: (bytes) => this.bytes + bytes + this.backlog() <= MOST_BYTES,
      send: (line) => {
        this.lines.push({ timeMs: this.now(), ...line, number, place: told.lines++ })
        this.bytes += line.message.length
      },
    }
  }

  /** All of them, to be sent now. */
  take(): readonly NumberedLine[] {
    const { lines } = this
    if (lines.length === 0) return lines
    this.lines = []
    this.bytes = 0
    return lines
  }
}
