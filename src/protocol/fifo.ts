/** First in, first out: a push and a shift cost the same however much waits. */
const COMPACTED_FROM = 1024

export class Fifo<T> {
  private items: (T | undefined)[] = []
  /** Those before it are gone. */
  private head = 0

  get length(): number {
    return this.items.length - this.head
  }

  /** The oldest; undefined when nothing waits. */
  get first(): T | undefined {
    return this.items[this.head]
  }

  push(item: T): void {
    this.items.push(item)
  }

  /** Takes the oldest; undefined when nothing waits. */
  shift(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.items[this.head]
    this.items[this.head++] = undefined
    if (this.head >= COMPACTED_FROM && 2 * this.head >= this.items.length) this.replace(this.toArray())
    return item
  }

  /** Oldest first. */
  toArray(): T[] {
    return this.items.slice(this.head) as T[]
  }

  /** Others in the place of all that waits. */
  replace(items: T[]): void {
    this.items = items
    this.head = 0
  }
}
