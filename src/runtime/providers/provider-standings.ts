/** How providers stand: whether one runs, has failed, or has fallen silent. Each change of that is published. */
import type { ProviderActivity } from '../activity/activity'
import type { ActivityStream } from '../activity/activity-stream'
import type { ManagedProvider } from './managed-provider'

export interface ProviderStandingsDeps {
  readonly activity: ActivityStream
  /** Milliseconds since 1970, never less than before. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** No event for so long, and a running provider is stale. */
  readonly staleAfterMs: number
}

export class ProviderStandings implements Disposable {
  private readonly watch: ReturnType<typeof setInterval>

  /** @param all those that there are, whenever it is asked. */
  constructor(
    private readonly deps: ProviderStandingsDeps,
    all: () => Iterable<ManagedProvider>,
  ) {
    this.watch = setInterval(() => this.findStale(all()), deps.staleAfterMs / 4)
  }

  [Symbol.dispose](): void {
    clearInterval(this.watch)
  }

  /** Its first event is waited for as long as any other. */
  started(managed: ManagedProvider): void {
    managed.lastEventMs = this.deps.elapsed()
    managed.isStale = false
  }

  /** @param events how many it has given. */
  heard(managed: ManagedProvider, events: number): void {
    managed.events += events
    managed.lastEventMs = this.deps.elapsed()
    if (!managed.isStale) return
    managed.isStale = false
    this.publish(managed)
  }

  /** To be called after each change that concerns those who use it. */
  publish(managed: ManagedProvider, status: ProviderActivity['status'] = managed.standing.status): void {
    const { activity, now } = this.deps
    const { name: provider, isStale } = managed
    const { reason } = managed.standing
    activity.publish({ kind: 'provider', provider, status, reason, isStale, timeMs: now() })
  }

  private findStale(all: Iterable<ManagedProvider>): void {
    const nowMs = this.deps.elapsed()
    const before = nowMs - this.deps.staleAfterMs
    for (const managed of all) {
      // who is asked for nothing is not silent: its first event is waited for from when it is
      if (managed.isIdle) managed.lastEventMs = nowMs
      if (managed.isStale || managed.lastEventMs > before) continue
      managed.isStale = true
      this.publish(managed)
    }
  }
}
