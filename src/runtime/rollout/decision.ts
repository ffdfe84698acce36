/** What is decided of a rollout, as it is kept and as the audit tells it. Pure. */
import type { RolloutEvent } from '../../schema/rollouts'
import type { NewAuditEntry } from '../../store/audit'
import type { StoredRollout } from '../../store/rollouts'
import { shareOf } from './step'

/** What changes with it. */
export type Decision = Partial<Pick<StoredRollout, 'state' | 'step' | 'outcome'>> & {
  readonly reason?: string | undefined
}

export type Decided = Exclude<RolloutEvent, 'started' | 'restored' | 'moved' | 'failed'>

interface DecisionMade {
  readonly next: StoredRollout
  readonly entry: Omit<NewAuditEntry, 'timeMs'>
}

/** @param message why, for the audit. */
export function decisionOf(
  before: StoredRollout,
  decision: Decision,
  what: Decided,
  who: string,
  message: string | undefined,
): DecisionMade {
  const { reason: _, ...rest } = before
  const { reason, ...changes } = decision
  const next: StoredRollout = {
    ...rest,
    ...changes,
    ...(reason !== undefined && { reason }),
    version: before.version + 1,
    ...(what !== 'finished' && { by: who }),
  }
  const entry = {
    who,
    what: `rollout_${what}`,
    subject: `${before.strategy}:${before.tag}`,
    strategy: before.strategy,
    before: shown(before),
    after: shown(next),
    ...(message !== undefined && { message }),
  } as const
  return { next, entry }
}

const shown = (stored: StoredRollout) => ({ state: stored.state, share: shareOf(stored) })
