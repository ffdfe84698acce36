/** What a page reads for itself, and reads again when something has changed. */
import { useEffect, useState } from 'preact/hooks'
import { Refused } from '../api/call'

export interface Loaded<T> {
  /** The last one that was read, while another one is on its way. */
  readonly value: T | undefined
  readonly refusal: Refused | undefined
}

/** @param causes it is read again when one of them is another. */
export function useLoaded<T>(read: (signal: AbortSignal) => Promise<T>, causes: readonly unknown[]): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ value: undefined, refusal: undefined })
  useEffect(() => {
    const end = new AbortController()
    read(end.signal).then(
      (value) => !end.signal.aborted && setLoaded({ value, refusal: undefined }),
      (error: unknown) => {
        if (end.signal.aborted) return
        if (!(error instanceof Refused)) throw error
        setLoaded(({ value }) => ({ value, refusal: error }))
      },
    )
    return () => end.abort()
  }, causes)
  return loaded
}
