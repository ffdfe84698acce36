/** Whether the present step of a rollout is complete, for how long it has been, and what comes of that. */
import { durationMs } from '../../schema/risk-set'
import type { InstanceRecord } from '../instances/instance'
import type { RiskBook } from '../risk/risk-book'
import type { Decided, Decision } from './decision'
import type { RolloutRecord } from './rollout-record'
import { hasFailed, owedBy } from './step'

export interface StepClockDeps {
  readonly book: Pick<RiskBook, 'at' | 'haltOf' | 'reducingOf'>
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

const ALL = { scope: 'all', subject: '' } as const

export class StepClock {
  /** When all of the step ran the new revision, by `elapsed`. */
  private completeMs: number | undefined

  /** @param moving keys of those on their way. */
  constructor(
    private readonly deps: StepClockDeps,
    private readonly rollout: RolloutRecord,
    private readonly moving: ReadonlySet<number>,
  ) {}

  /** How many more are to move in this step. */
  get owed(): number {
    return owedBy(this.rollout.stored, this.rollout.followers.all(), this.moving)
  }

  /** Nothing is learnt of those that may not trade. */
  get isHeld(): boolean {
    const { book } = this.deps
    if (this.rollout.stored.state !== 'running') return false
    const isBound = (record: InstanceRecord) =>
      record.providers.some((name) => (book.haltOf(record, name) ?? book.reducingOf(record, name)) !== undefined)
    return book.at(ALL) !== undefined || this.rollout.parts.moved.some(isBound)
  }

  /** Until the next step, ms; undefined while that is open. */
  get nextMs(): number | undefined {
    const { step, steps, every } = this.rollout.stored
    const isLast = step + 1 === steps.length
    if (this.completeMs === undefined || (isLast && steps[step] !== 1)) return undefined
    return Math.max(0, this.completeMs + durationMs(every) - this.deps.elapsed())
  }

  /** The time of the step begins again. */
  reset(): void {
    this.completeMs = undefined
  }

  /** What is due because of the time. */
  due(): { readonly decision: Decision; readonly what: Decided } | undefined {
    const { step, steps, state } = this.rollout.stored
    if (state !== 'running' || !this.isComplete() || this.isHeld) {
      this.reset()
      return undefined
    }
    this.completeMs ??= this.deps.elapsed()
    if ((this.nextMs ?? 1) > 0) return undefined
    return step + 1 < steps.length
      ? { decision: { step: step + 1 }, what: 'advanced' }
      : { decision: { state: 'promoted', reason: 'all instances run it' }, what: 'promoted' }
  }

  /** All of the step runs the new revision. */
  private isComplete(): boolean {
    const { stored, followers } = this.rollout
    return this.moving.size === 0 && this.owed === 0 && !followers.all().some((record) => hasFailed(stored, record))
  }
}
