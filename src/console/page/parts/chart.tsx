/** A chart as a part of the page: drawn once, shown anew whenever its data are others. */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

type Charts = typeof import('./charts')

interface ChartProps<C> {
  readonly make: (charts: Charts) => C
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
    void import('./charts').then((charts) => {
      if (isGone) return
      chart.current = make(charts)
      place.current?.append(chart.current.host)
      showing.current(chart.current)
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
