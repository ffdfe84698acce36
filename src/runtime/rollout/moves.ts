/** The moves that a rollout is made of: of one instance, and of the tag. */
import { Failure } from '../../errors/failure'
import type { Registry } from '../../registry/registry'
import { parseDigest } from '../../schema/digest'
import type { StoredRollout } from '../../store/rollouts'
import type { Log } from '../../telemetry/log'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceLifecycle } from '../instances/instance-lifecycle'
import { hasFailed } from './step'

export interface MovesDeps {
  readonly registry: Registry
  readonly instances: InstanceLifecycle
  readonly log: Log
}

/** What instances are to run. */
export const goalOf = ({ state, from, to }: StoredRollout): string => (state === 'aborted' ? from : to)

/**
 * To the revision that it is to run. One that has failed with the new one is started again when it is taken back, also
 * where it fails on the way there.
 * @param rollout what is known of it by then.
 * @returns why it is not where it is to be; undefined when it is.
 */
export async function moveInstance(
  { registry, instances, log }: MovesDeps,
  rollout: { readonly stored: StoredRollout },
  record: InstanceRecord,
): Promise<string | undefined> {
  const { strategy, state, by } = rollout.stored
  const goal = goalOf(rollout.stored)
  const isFailed = () => record.isDown
  const hadFailed = isFailed()
  let isRevived = false
  try {
    const digest = parseDigest(goal)
    const revision = digest && registry.find(strategy, digest)
    if (!revision) throw new Failure('hash_not_found', `${strategy}@${goal} is no longer in the catalogue`)
    await instances.move(record.stored, revision, by)
    isRevived = state === 'aborted' && isFailed() && hasFailed(rollout.stored, record)
    if (isRevived) await instances.start(record.id, by)
    return undefined
  } catch (error) {
    // what runs no more is only pinned, and started
    if (state === 'aborted' && !hadFailed && isFailed() && record.stored.hash !== goal) {
      return moveInstance({ registry, instances, log }, rollout, record)
    }
    if (!(error instanceof Failure)) log('error', 'roll failed', { instance: record.id, error })
    // it was removed meanwhile, or has moved and only the disk failed
    const isWell = error instanceof Failure && error.code === 'instance_not_found'
    if (isWell || (record.stored.hash === goal && !isRevived)) return undefined
    const why = error instanceof Failure ? error.message : 'a fault of ours, see the log'
    return state === 'aborted' ? `not taken back: ${why}` : why
  }
}

/** @returns why it can never be moved; undefined when it was moved, or is to be tried again. */
export async function moveRolloutTag({ registry, log }: MovesDeps, stored: StoredRollout): Promise<string | undefined> {
  const { strategy, tag, from, to, by, message } = stored
  try {
    await registry.moveTag(strategy, tag, to, by, message, parseDigest(from))
    return undefined
  } catch (error) {
    log('error', 'the tag of a rollout cannot be moved', { rollout: `${strategy}:${tag}`, error })
    const isPassing = !(error instanceof Failure) || /^(storage|data|not_ready)/.test(error.code)
    return isPassing ? undefined : error.message
  }
}
