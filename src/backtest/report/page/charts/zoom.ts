/**
 * Holds in a chart no more than can be seen: the stretch that is shown and some on either side, in bars that are as long as the
 * width calls for. However many values there are, a zoom costs the same.
 *
 * Places are counted in whatever the values are counted in: bars, or ms.
 */
import type { IChartApi, LogicalRange } from 'lightweight-charts'

/** Bars that are seen, at most. */
const SEEN = 800
/** Stretches of what is seen that are held ready on either side. */
const BESIDE = 2

export interface Span {
  readonly from: number
  readonly to: number
}

export interface Zoomed {
  readonly chart: IChartApi
  readonly host: HTMLElement
  /** All there is. */
  readonly whole: Span
  /** Places of the shortest bar. */
  readonly shortest: number
  /** Puts bars of `step` places into the chart, the first of them at `from`. */
  readonly load: (from: number, to: number, step: number) => void
}

export class Zoom {
  /** The place of the first bar that is loaded, and places of a bar. */
  from = 0
  step = 0
  private to = 0
  private isLoading = false
  private isHeld = false

  constructor(private readonly options: Zoomed) {
    const { chart, host } = options
    this.show(options.whole)
    chart.timeScale().subscribeVisibleLogicalRangeChange((range) => this.changed(range))
    // what is dragged must not be exchanged under the finger
    host.addEventListener('pointerdown', () => this.hold(true), { capture: true })
    for (const end of ['pointerup', 'pointercancel'] as const) addEventListener(end, () => this.hold(false))
    host.addEventListener('keydown', (event) => this.key(event))
  }

  /** Shows a stretch, as far as there is one. */
  show(span: Span): void {
    const { whole, shortest } = this.options
    const least = Math.min(8 * shortest, whole.to - whole.from)
    const middle = (span.from + span.to) / 2
    const size = Math.min(whole.to - whole.from, Math.max(least, span.to - span.from))
    const from = Math.min(Math.max(whole.from, middle - size / 2), whole.to - size)
    this.place({ from, to: from + size })
  }

  showAll(): void {
    this.show(this.options.whole)
  }

  /** @param factor below 1 to come nearer. */
  scale(factor: number): void {
    const { from, to } = this.seen()
    const rest = ((to - from) * (1 - factor)) / 2
    this.show({ from: from + rest, to: to - rest })
  }

  /** What can be seen now. */
  seen(): Span {
    const range = this.options.chart.timeScale().getVisibleLogicalRange()
    return range ? this.spanOf(range) : this.options.whole
  }

  private move(share: number): void {
    const { from, to } = this.seen()
    const by = share * (to - from)
    this.show({ from: from + by, to: to + by })
  }

  private spanOf(range: LogicalRange): Span {
    return { from: this.from + (range.from + 0.5) * this.step, to: this.from + (range.to + 0.5) * this.step }
  }

  private hold(isHeld: boolean): void {
    if (this.isHeld === isHeld) return
    this.isHeld = isHeld
    if (!isHeld) this.changed(this.options.chart.timeScale().getVisibleLogicalRange())
  }

  private changed(range: LogicalRange | null): void {
    if (!range || this.isLoading || this.isHeld) return
    const { whole } = this.options
    const span = this.spanOf(range)
    const size = span.to - span.from
    const lacks =
      (span.from - this.from < size / 2 && this.from > whole.from) ||
      (this.to - span.to < size / 2 && this.to < whole.to)
    if (lacks || this.stepFor(size) !== this.step) this.place(span)
  }

  /** Loads what is needed for a stretch, and shows it. */
  private place(span: Span): void {
    const { chart, whole, load } = this.options
    const size = span.to - span.from
    const step = this.stepFor(size)
    // on the same grid whatever is loaded: bars keep their form while one moves
    const from = Math.max(whole.from, whole.from + Math.floor((span.from - BESIDE * size - whole.from) / step) * step)
    const to = Math.min(whole.to, span.to + BESIDE * size)
    this.isLoading = true
    if (step !== this.step || from !== this.from || to !== this.to) load(from, to, step)
    this.step = step
    this.from = from
    this.to = to
    chart
      .timeScale()
      .setVisibleLogicalRange({ from: (span.from - from) / step - 0.5, to: (span.to - from) / step - 0.5 })
    this.isLoading = false
  }

  private stepFor(size: number): number {
    const { shortest } = this.options
    return shortest * 2 ** Math.max(0, Math.ceil(Math.log2(size / shortest / SEEN)))
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const acts: Record<string, () => void> = {
      ArrowLeft: () => this.move(-0.15),
      ArrowRight: () => this.move(0.15),
      '+': () => this.scale(0.6),
      '=': () => this.scale(0.6),
      '-': () => this.scale(1 / 0.6),
      '0': () => this.showAll(),
      Home: () => this.move(-1e9),
      End: () => this.move(1e9),
    }
    const act = acts[event.key]
    if (!act) return
    act()
    event.preventDefault()
  }
}
