/** Who follows a tag, in the order in which a rollout takes them: a larger share begins with those of a smaller one. */
import type { InstanceRecord } from '../instances/instance'

/** By a digest of the instance and the revision: the same order each time, and another one for another revision. */
export function inCanaryOrder(records: readonly InstanceRecord[], hash: string): InstanceRecord[] {
  const placed = records.map((record) => ({ record, place: Bun.hash(`${record.id} ${hash}`) }))
  const sorted = placed.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : a.record.key - b.record.key))
  return sorted.map(({ record }) => record)
}
