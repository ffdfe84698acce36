/** Keeps what changes of instances, and publishes each change that can be seen. */
import type { StoredInstance } from '../../store/instances'
import type { Store } from '../../store/store'
import type { StateActivity } from '../activity/activity'
import type { ActivityStream } from '../activity/activity-stream'
import type { Providers } from '../providers/providers'
import type { InstanceRecord } from './instance'

export interface InstanceStatesDeps {
  readonly store: Store
  readonly providers: Pick<Providers, 'held'>
  readonly activity: ActivityStream
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class InstanceStates {
  constructor(private readonly deps: InstanceStatesDeps) {}

  /** Durable with the next commit, of a recording with its next cut. */
  save(record: InstanceRecord, change: Partial<StoredInstance>): void {
    record.stored = { ...record.stored, ...change, updatedMs: this.deps.now() }
    this.deps.providers.held(record.providers, () => {
      this.deps.store.instances.save(record.stored)
      this.publish(record)
    })
  }

  /** It is on its way to another state. */
  pass(record: InstanceRecord, passing: NonNullable<InstanceRecord['passing']>): void {
    record.passing = passing
    this.publish(record)
  }

  publish(record: InstanceRecord, state: StateActivity['state'] = record.state): void {
    this.tell(record, { state, reason: record.stored.reason, isRestarted: false })
  }

  /** It runs again, after its sandbox host has died or it has failed. */
  restarted(record: InstanceRecord, reason: string): void {
    this.tell(record, { state: record.state, reason, isRestarted: true })
  }

  private tell(record: InstanceRecord, change: Pick<StateActivity, 'state' | 'reason' | 'isRestarted'>): void {
    const { activity, now } = this.deps
    const { id: instance, stored } = record
    const { strategy, hash } = stored
    activity.publish({ kind: 'state', instance, strategy, hash, ...change, timeMs: now() })
  }
}
