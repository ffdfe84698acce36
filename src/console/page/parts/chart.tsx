/** A chart as a part of the page: drawn once, shown anew whenever its data are others. */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface ChartProps<C> {
  /** Loads what draws it. */
  readonly make: () => Promise<C>
  /** Puts the data into it. */
  readonly show: (chart: C) => void
  /** It is shown anew when one of them is another. */
  readonly causes: readonly unknown[]
}

export function Chart<C extends { readonly host: HTMLElement; readonly remove: () => void }>({
  make,
  show,
  causes,
}: ChartProps<C>): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<C>(null)
  const showing = useRef(show)
  showing.current = show
  useEffect(() => {
    let isGone = false
    void make().then((made) => {
      if (isGone) {
        made.remove()
        return
      }
      chart.current = made
      place.current?.append(made.host)
      showing.current(made)
    })
    return () => {
      isGone = true
      chart.current?.remove()
      chart.current = null
    }
  }, [])
  useEffect(() => {
    if (chart.current) show(chart.current)
  }, causes)
  return <div class="plot" ref={place} />
}
