/** Keeps what changes of instances, and publishes each change that can be seen, with whether it is one of its state. */
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
  /** What was told of the state of each last. */
  private readonly told = new WeakMap<InstanceRecord, string>()

  constructor(private readonly deps: InstanceStatesDeps) {}

  /** Whoever follows it knows how it is: the gateway before this one has told. */
  known(record: InstanceRecord): void {
    this.told.set(record, toldOf(record, record.state))
  }

  /**
   * Durable with the next commit, of a recording with its next cut.
   * @param restarted why it was restarted, where it runs again by that.
   */
  save(record: InstanceRecord, change: Partial<StoredInstance>, restarted?: string): void {
    record.stored = { ...record.stored, ...change, updatedMs: this.deps.now() }
    this.deps.providers.held(record.providers, () => {
      this.deps.store.instances.save(record.stored)
      if (restarted === undefined) this.publish(record)
      else this.restarted(record, restarted)
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
    const told = toldOf(record, change.state)
    const isNews = change.isRestarted || this.told.get(record) !== told
    this.told.set(record, told)
    activity.publish({ kind: 'state', instance, strategy, hash, ...change, isNews, timeMs: now() })
  }
}

const toldOf = ({ stored: { reason, strategy, hash } }: InstanceRecord, state: StateActivity['state']): string =>
  JSON.stringify([state, reason, strategy, hash])
