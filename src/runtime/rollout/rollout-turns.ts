/** Time for rollouts: each has its turn at short intervals, for as long as there is one that is not over. */
import type { StagedRollout } from './staged-rollout'

const TURN_MS = 50
/** Each instance is looked at once a second. */
const TURNS = 20

export class RolloutTurns implements Disposable {
  private timer: ReturnType<typeof setInterval> | undefined
  private turn = 0
  private isAtWork = false

  /** @param unfinished those that are not over by now. */
  constructor(private readonly unfinished: () => readonly StagedRollout[]) {}

  /** From now on instances are moved. */
  begin(): void {
    this.isAtWork = true
    this.take()
  }

  [Symbol.dispose](): void {
    this.isAtWork = false
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** The next turn now, and more of them for as long as there is something to do. */
  take(): void {
    if (!this.isAtWork) return
    const open = this.unfinished()
    for (const rollout of open) rollout.goOn()
    if (open.length === 0 || this.timer) return
    this.timer = setInterval(() => {
      const all = this.unfinished()
      this.turn = (this.turn + 1) % TURNS
      for (const rollout of all) rollout.turn(this.turn, TURNS)
      if (all.length > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    }, TURN_MS)
  }
}
