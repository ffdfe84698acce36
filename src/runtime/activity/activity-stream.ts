/**
 * Hands what happens to everybody who follows it, at once and in order: when `publish` returns, all have heard. There are
 * two sorts of subscribers. Observers only take note, and hear of everything in the order in which it happened. Those who
 * react may cause and so publish something else; they are told when all observers have heard. One that throws stops
 * neither the others nor the publisher: the fault is ours, and logged.
 */
import type { Log } from '../../telemetry/log'
import type { Activity, ActivityKind, ActivityOf } from './activity'

export type Subscriber<K extends ActivityKind> = (activity: ActivityOf<K>) => void
type Subscribers = { [K in ActivityKind]: readonly Subscriber<K>[] }

const nobody = (): Subscribers => ({
  order: [],
  fill: [],
  log: [],
  exception: [],
  state: [],
  tag: [],
  revision: [],
  audit: [],
  provider: [],
  rollout: [],
  risk: [],
})

export class ActivityStream {
  private readonly observers = nobody()
  private readonly reactors = nobody()

  constructor(private readonly log: Log) {}

  /** Takes note of events of a kind, and publishes nothing. */
  observe<K extends ActivityKind>(kind: K, observer: Subscriber<K>): Disposable {
    return added(this.observers, kind, observer)
  }

  /** Acts upon events of a kind, when all observers have heard of them. */
  react<K extends ActivityKind>(kind: K, reactor: Subscriber<K>): Disposable {
    return added(this.reactors, kind, reactor)
  }

  publish(activity: Activity): void {
    this.tell(this.observers[activity.kind], activity)
    this.tell(this.reactors[activity.kind], activity)
  }

  private tell(subscribers: Subscribers[ActivityKind], activity: Activity): void {
    for (let index = 0; index < subscribers.length; index++) {
      try {
        // those of a kind are told of that kind alone
        ;(subscribers[index] as (activity: Activity) => void)(activity)
      } catch (error) {
        this.log('error', `a subscriber failed when it was told of: ${activity.kind}`, { error })
      }
    }
  }
}

/** Lists are replaced, never changed, so that one that is being told goes on as it was. */
function added<K extends ActivityKind>(all: Subscribers, kind: K, subscriber: Subscriber<K>): Disposable {
  const replace = (subscribers: readonly Subscriber<K>[]) => {
    all[kind] = subscribers as Subscribers[K]
  }
  replace([...all[kind], subscriber])
  return { [Symbol.dispose]: () => replace(all[kind].filter((one) => one !== subscriber)) }
}
