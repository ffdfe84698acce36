/** The log of each instance: what its strategy says, and what the gateway says of it. */
import type { LogLine } from '../../protocol/reported'
import type { Store } from '../../store/store'
import type { ActivityStream } from '../activity/activity-stream'
import type { Providers } from '../providers/providers'
import type { InstanceRecord } from './instance'

export interface InstanceLogDeps {
  readonly store: Store
  readonly providers: Pick<Providers, 'held'>
  readonly activity: ActivityStream
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class InstanceLog {
  constructor(private readonly deps: InstanceLogDeps) {}

  /** A line as its host sent it. */
  write({ id, key, providers }: InstanceRecord, line: LogLine): void {
    const { store, activity } = this.deps
    this.deps.providers.held(providers, () => {
      store.logs.append(key, line)
      activity.publish({ kind: 'log', instance: id, line })
    })
  }

  /** A line of the gateway's own. */
  note(record: InstanceRecord, level: LogLine['level'], message: string): void {
    this.write(record, { timeMs: this.deps.now(), level, source: 'host', message })
  }
}
