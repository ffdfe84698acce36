/** What an instance has besides its program: it outlives a roll, and goes to whoever takes the instance's place. */
import type { LaunchOrder } from '../protocol/launch'
import { RiskGate } from '../trading/risk/gate'
import { AccountViews } from './account-views'
import { ChunkQueue } from './chunk-queue'
import type { InstanceDeps } from './instance-deps'
import type { Told } from './told'

export interface Belongings {
  readonly told: Told
  /** The events that wait for it. */
  readonly queue: ChunkQueue
  readonly accountViews: AccountViews
  readonly gate: RiskGate
}

/** @param prices the last priced records of its instruments. */
export function newBelongings(
  { maxWaiting, maxWaitingBytes, words }: InstanceDeps,
  { maxAgeMs, spec }: LaunchOrder,
  prices: ReadonlyMap<number, Uint8Array>,
): Belongings {
  const accountViews = new AccountViews(spec.scope, words)
  accountViews.seed(prices)
  return {
    told: { acts: 0, lines: 0, rolls: 0 },
    queue: new ChunkQueue({ maxWaiting, maxWaitingBytes, maxAgeMs }),
    accountViews,
    gate: new RiskGate(),
  }
}
