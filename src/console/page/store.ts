/** A value that is watched, and how a part of the page watches it. */
import { useEffect, useState } from 'preact/hooks'

export class Store<T> {
  private readonly listeners = new Set<() => void>()

  constructor(private current: T) {}

  get value(): T {
    return this.current
  }

  set value(next: T) {
    if (next === this.current) return
    this.current = next
    for (const listener of this.listeners) listener()
  }

  /** @returns ends it. */
  watch(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }
}

/** The value, and the part is drawn again when it is another. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useState(0)
  useEffect(() => {
    redraw((count) => count + 1)
    return store.watch(() => redraw((count) => count + 1))
  }, [store])
  return store.value
}
