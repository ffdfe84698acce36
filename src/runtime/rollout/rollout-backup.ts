/** A rollout that is not over as a backup has it, and as it is kept where it is restored. Pure. */
import type { BackupRollout, BackupSide } from '../../schema/backup-rollout'
import type { RolloutState } from '../../schema/rollouts'
import type { StoredRollout } from '../../store/rollouts'
import type { InstanceRecord } from '../instances/instance'
import type { CountedState, SideName } from './side-counts'
import type { KeptCounts } from './side-watch'

/** Why one is paused that was running when the backup was taken. */
const RESTORED = 'restored from a backup: resume it when its instances run'
const DAY_MS = 86_400_000

/** @param followers all that follow the tag. */
export function backupOf(stored: StoredRollout, kept: KeptCounts, followers: readonly InstanceRecord[]): BackupRollout {
  const { sinceMs, version: _, failed, outcome: __, ...decided } = stored
  return {
    ...decided,
    steps: [...decided.steps],
    since: new Date(sinceMs).toISOString(),
    moved: followers.filter((record) => record.stored.hash === stored.to).map(({ id }) => id),
    failed: failed.map(({ id, reason }) => ({ id, reason })),
    sides: { from: sideOf(kept, 'from'), to: sideOf(kept, 'to') },
    drawdowns: Object.entries(kept.counted.standings).map(([currency, { pnl, peak, maxDrawdown }]) => ({
      currency,
      pnl,
      peak,
      maxDrawdownPct: maxDrawdown,
    })),
  }
}

/** What one is where it is restored: nothing is started there, and of what does not run nothing is learnt. */
export const restoredState = (state: RolloutState): RolloutState => (state === 'running' ? 'paused' : state)

/**
 * One that was running is paused: what was decided stays decided.
 * @param keyOf the key of an instance; undefined for one that is not there: its failure stays counted.
 */
export function restoredFrom(
  backup: BackupRollout,
  keyOf: (id: string) => number | undefined,
): { readonly decided: StoredRollout; readonly kept: KeptCounts } {
  const { since, moved: _, failed, sides, drawdowns, state, reason, ...rest } = backup
  const isRunning = state === 'running'
  const why = isRunning ? RESTORED : reason
  const there = failed.flatMap(({ id, reason: cause }) => {
    const key = keyOf(id)
    return key === undefined ? [] : [{ key, id, reason: cause }]
  })
  const sinceMs = Date.parse(since)
  const decided: StoredRollout = {
    ...rest,
    sinceMs,
    state: restoredState(state),
    ...(why !== undefined && { reason: why }),
    version: 1,
    failed: there,
  }
  const errors = { from: sides.from.errors, to: sides.to.errors + failed.length - there.length }
  const day = Math.floor(sinceMs / DAY_MS)
  const standings = drawdowns.map(({ currency, pnl, peak, maxDrawdownPct: maxDrawdown }) => {
    const today = { day, dayStart: pnl, dayPeak: peak, dayMaxDrawdown: maxDrawdown }
    return [currency, { startMs: sinceMs, pnl, peak, maxDrawdown, ...today }] as const
  })
  const counted = {
    seen: {},
    sums: { from: sumsOf(sides.from), to: sumsOf(sides.to) },
    standings: Object.fromEntries(standings),
  }
  return { decided, kept: { counted, errors } }
}

function sideOf({ counted, errors }: KeptCounts, side: SideName): BackupSide {
  const { fills, money } = counted.sums[side]
  const amounts = Object.entries(money).map(([currency, [realizedPnl, unrealizedPnl, equity]]) => ({
    currency,
    realizedPnl,
    unrealizedPnl,
    equity,
  }))
  return { fills, errors: errors[side], money: amounts }
}

const sumsOf = ({ fills, money }: BackupSide): CountedState['sums'][SideName] => ({
  fills,
  money: Object.fromEntries(
    money.map(({ currency, realizedPnl, unrealizedPnl, equity }) => [
      currency,
      [realizedPnl, unrealizedPnl, equity] as const,
    ]),
  ),
})
