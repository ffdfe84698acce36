/** Log lines of all instances of a host, until they are sent: no more of them at a time than the gateway takes. */

import type { LogLine } from '../protocol/reported'
import type { LineOutlet } from '../trading/session/logbook'

/** What is not taken yet by the gateway included. */
const MOST_BYTES = 1 << 20

export type NumberedLine = LogLine & { readonly number: number; readonly place: number }

export class OutgoingLines {
  private lines: NumberedLine[] = []
  private bytes = 0
  /** How many each instance has had. */
  private readonly places = new Map<number, number>()

  /**
   * @param backlog bytes of the channel that the gateway has not taken.
   * @param now by which lines are dated, ms.
   */
  constructor(
    private readonly backlog: () => number,
    private readonly now: () => number,
  ) {}

  /** What takes the lines of one instance. */
  of(number: number): LineOutlet {
    return {
      hasRoom: (bytes) => this.bytes + bytes + this.backlog() <= MOST_BYTES,
      send: (line) => {
        const place = this.places.get(number) ?? 0
        this.places.set(number, place + 1)
        this.lines.push({ timeMs: this.now(), ...line, number, place })
        this.bytes += line.message.length
      },
    }
  }

  /** How many lines of an instance there were. */
  countOf(number: number) {
    const { places } = this
    return { get: () => places.get(number) ?? 0, set: (count: number) => void places.set(number, count) }
  }

  /** It runs no more. */
  forget(number: number): void {
    this.places.delete(number)
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
