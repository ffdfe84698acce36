/** The usage index: which instances run which revision, since when. */
import type { UsageEntry } from '../../schema/usage'
import type { Store } from '../../store/store'
import type { Metrics } from '../../telemetry/metrics'

interface Use {
  readonly strategy: string
  readonly hash: string
  readonly running: Set<string>
  firstSeen: number
  lastSeen: number
}

const keyOf = (strategy: string, hash: string) => `${strategy}@${hash}`
const time = (ms: number) => new Date(ms).toISOString()

export class UsageIndex {
  /** Grows with each change. */
  version = 0
  private readonly uses = new Map<string, Use>()

  constructor(
    private readonly store: Store,
    private readonly metrics: Metrics,
    private readonly now: () => number,
  ) {
    for (const seen of store.usage.all()) {
      this.uses.set(keyOf(seen.strategy, seen.hash), { ...seen, running: new Set() })
    }
  }

  started(strategy: string, hash: string, instance: string): void {
    const use = this.uses.get(keyOf(strategy, hash)) ?? this.begin(strategy, hash)
    use.running.add(instance)
    this.touch(use)
    this.metrics.instanceStarted(strategy, hash, use.running.size)
  }

  stopped(strategy: string, hash: string, instance: string): void {
    const use = this.uses.get(keyOf(strategy, hash))
    if (!use?.running.delete(instance)) return
    this.touch(use)
    this.metrics.instanceStopped(strategy, hash, use.running.size)
  }

  /** The revision was deleted. */
  forget(strategy: string, hash: string): void {
    if (!this.uses.delete(keyOf(strategy, hash))) return
    this.version++
    this.store.usage.remove(strategy, hash)
    this.metrics.revisionDeleted(strategy, hash)
  }

  /** The use of every revision that ever ran. */
  all(): UsageEntry[] {
    return [...this.uses.values()].map(entryOf)
  }

  /** The use of one revision, also of one that never ran. */
  get(strategy: string, hash: string): UsageEntry {
    const use = this.uses.get(keyOf(strategy, hash))
    return use ? entryOf(use) : { strategy, hash, instances: [], count: 0, running: false }
  }

  private begin(strategy: string, hash: string): Use {
    const now = this.now()
    const use = { strategy, hash, running: new Set<string>(), firstSeen: now, lastSeen: now }
    this.uses.set(keyOf(strategy, hash), use)
    return use
  }

  private touch(use: Use): void {
    this.version++
    use.lastSeen = this.now()
    this.store.usage.save(use)
  }
}

const entryOf = ({ strategy, hash, running, firstSeen, lastSeen }: Use): UsageEntry => ({
  strategy,
  hash,
  instances: [...running].sort(),
  count: running.size,
  firstSeen: time(firstSeen),
  lastSeen: time(lastSeen),
  running: running.size > 0,
})
