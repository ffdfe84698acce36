/**
 * Those that wait for their turn, by what they have used. Who is less than a level ahead of the floor is as good as any
 * other there, and they go in the order in which they came; the rest wait in a heap. The floor rises when nobody is
 * near it any more.
 */

export interface Ranked {
  readonly share: { virtualMs: number }
}

/** Who is ahead by less is served at constant cost. */
const LEVEL_MS = 1
/** Members that may have been served before the places that they have left are given up. */
const MOST_PASSED = 4096

export class RunQueue<Member extends Ranked> {
  private level: Member[] = []
  private passed = 0
  private readonly heap: Member[] = []
  /** What the one that has used the least has used, as far as is known; newcomers begin here. */
  floorMs = 0

  get size(): number {
    return this.level.length - this.passed + this.heap.length
  }

  push(member: Member): void {
    const { share } = member
    share.virtualMs = Math.max(share.virtualMs, this.floorMs)
    if (share.virtualMs - this.floorMs < LEVEL_MS) this.level.push(member)
    else this.rise(member)
  }

  /** Who is next, without taking it out. */
  peek(): Member | undefined {
    return this.level[this.passed] ?? this.heap[0]
  }

  pop(): Member | undefined {
    const first = this.level[this.passed]
    if (first) {
      this.passed++
      if (this.passed > MOST_PASSED || this.passed === this.level.length) {
        this.level = this.level.slice(this.passed)
        this.passed = 0
      }
      return first
    }
    const least = this.sink()
    if (least) this.floorMs = Math.max(this.floorMs, least.share.virtualMs)
    return least
  }

  private rise(member: Member): void {
    const { heap } = this
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]!.share.virtualMs <= member.share.virtualMs) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = member
  }

  /** Takes the least out. */
  private sink(): Member | undefined {
    const { heap } = this
    const least = heap[0]
    const last = heap.pop()
    if (heap.length === 0 || !last) return least
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      const right = child + 1
      if (right < heap.length && heap[right]!.share.virtualMs < heap[child]!.share.virtualMs) child = right
      if (heap[child]!.share.virtualMs >= last.share.virtualMs) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return least
  }
}
