/** Who follows a tag, in the order in which a rollout takes them: a larger share begins with those of a smaller one. */
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import { tagFollowedBy } from './targets'

export interface FollowersDeps {
  readonly instanceIndex: Pick<InstanceIndex, 'all' | 'records'>
  readonly strategy: string
  readonly tag: string
  /** The revision that they are to run. */
  readonly to: string
  /** Told whenever others follow it than before. */
  readonly changed: (keys: ReadonlySet<number>) => void
}

export class Followers {
  private inOrder: readonly InstanceRecord[] = []
  /** What each of them followed when they were put in order, by key. */
  private selectors: ReadonlyMap<number, string> = new Map()
  private isStale = true

  constructor(private readonly deps: FollowersDeps) {}

  /** Running or not. */
  all(): readonly InstanceRecord[] {
    if (!this.isStale) return this.inOrder
    const { instanceIndex, strategy, tag, to, changed } = this.deps
    const all = instanceIndex
      .all()
      .filter(({ stored }) => stored.strategy === strategy && tagFollowedBy(stored) === tag)
    this.inOrder = inCanaryOrder(all, to)
    this.selectors = new Map(all.map(({ key, stored }) => [key, stored.selector]))
    this.isStale = false
    changed(new Set(this.selectors.keys()))
    return this.inOrder
  }

  /** Something about an instance has changed, or it is no more. @returns it, if it follows the tag. */
  noteChange(instance: string): InstanceRecord | undefined {
    const record = this.deps.instanceIndex.records.get(instance)
    if (!record || record.stored.selector !== this.selectors.get(record.key)) this.isStale = true
    return record && this.all().includes(record) ? record : undefined
  }
}

/** By a digest of the instance and the revision: the same order each time, and another one for another revision. */
function inCanaryOrder(records: readonly InstanceRecord[], hash: string): InstanceRecord[] {
  const placed = records.map((record) => ({ record, place: Bun.hash(`${record.id} ${hash}`) }))
  const sorted = placed.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : a.record.key - b.record.key))
  return sorted.map(({ record }) => record)
}
