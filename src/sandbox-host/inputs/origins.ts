/** From which checkpoint each instance goes on that a gateway asks for: the newest that is not ahead of what that gateway knows. */
import type { KeptInstance } from '../../protocol/messages'
import { type Checkpoint, checkpointsIn, dropLaunch, launchesIn, type Origin, readCheckpoint } from './checkpoint-file'
import type { KeptLog } from './kept-log'
import { isSame, type Position } from './segments'

/** What there is of one instance. */
export interface Beginnings {
  /** Undefined: it was launched since the log begins. */
  readonly checkpoint: Checkpoint | undefined
  /** Where the checkpoint before it is: a gateway that dies now might not know as much as this one does. */
  readonly older?: Position | undefined
  /** What is wrong with newer ones. */
  readonly damage?: string
}

export class Origins {
  private readonly positions: Map<number, Position[]>
  private readonly chosen = new Map<number, Beginnings>()

  /** @throws Error of the disk. */
  constructor(
    private readonly folder: string,
    private readonly log: KeptLog,
    private readonly origin: Origin,
  ) {
    this.positions = checkpointsIn(folder)
  }

  of(kept: KeptInstance): Beginnings {
    const known = this.chosen.get(kept.number)
    if (known) return known
    const chosen = this.choose(kept)
    this.chosen.set(kept.number, chosen)
    return chosen
  }

  /**
   * @param isNeeded whether somebody may go on from what was chosen.
   * @param release is told of checkpoints that nobody goes on from any more, oldest first.
   */
  tidy(isNeeded: (number: number) => boolean, release: (number: number, at: Position) => void): void {
    for (const [number, positions] of this.positions) {
      const { checkpoint, older } = this.chosen.get(number) ?? {}
      const used = isNeeded(number) ? [checkpoint?.position, older] : []
      for (const at of positions.toReversed()) if (!used.some((one) => isSame(one, at))) release(number, at)
    }
    for (const number of launchesIn(this.folder)) if (!this.chosen.has(number)) dropLaunch(this.folder, number)
  }

  private choose(kept: KeptInstance): Beginnings {
    const positions = this.positions.get(kept.number) ?? []
    let damage: string | undefined
    for (const [index, position] of positions.entries()) {
      const checkpoint = this.log.has(position)
        ? readCheckpoint(this.folder, kept.number, position, this.origin)
        : 'is of no place in the log'
      if (typeof checkpoint === 'string') damage ??= `a checkpoint of it ${checkpoint}`
      else if (checkpoint.launch.spec.instanceId !== kept.instanceId)
        damage ??= `a checkpoint of it is of ${checkpoint.launch.spec.instanceId}`
      else if (!isAhead(checkpoint, kept))
        return { checkpoint, older: positions[index + 1], ...(damage !== undefined && { damage }) }
    }
    return { checkpoint: undefined, ...(damage !== undefined && { damage }) }
  }
}

/** Whether more had come of it than the gateway knows. */
function isAhead({ state, batches }: Checkpoint, { rolls, acts, lines, upTo = Infinity }: KeptInstance): boolean {
  return state.rolls > rolls || state.acts > acts || state.lines > lines || batches > upTo
}
