/** What was bought and sold, on the candles: a mark for each fill that is in sight, and no more marks than there is room for. */
import type {
  IChartApi,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  PrimitivePaneViewZOrder,
  SeriesAttachedParameter,
  Time,
} from 'lightweight-charts'
import { palette, veiled } from '../../../../looks/theme'
import { placeOf } from './candle-bars'
import type { Zoom } from './zoom'

export interface Fills {
  readonly bought: Float64Array
  readonly prices: Float64Array
  /** The candle that each belongs to, rising. */
  readonly candles: Int32Array
  /** By its place, whose each is; -1 for what is of none alone. */
  readonly strategy?: Float64Array
}

/** A trade that is looked at, in candles and prices. */
export interface Highlight {
  readonly entry: { readonly candle: number; readonly price: number }
  readonly exit: { readonly candle: number; readonly price: number }
  readonly tone: 'gain' | 'loss' | ''
}

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0]

/** From so many in sight on they become dots. */
const FEW = 300
const HALF = 4.5
const TALL = 8
const DOT = 4
const OUT_OF_SIGHT = -1e6

export class FillMarks implements ISeriesPrimitive<Time>, IPrimitivePaneView, IPrimitivePaneRenderer {
  highlight: Highlight | undefined
  /** The one whose fills alone are drawn. */
  strategy: number | undefined
  /** In sight when it was last drawn. */
  seen = 0
  private chart: IChartApi | undefined
  private series: ISeriesApi<'Candlestick'> | undefined
  private update: () => void = () => undefined

  constructor(
    private readonly fills: Fills,
    private readonly zoom: () => Zoom,
  ) {}

  attached({ chart, series, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.chart = chart as IChartApi
    this.series = series as ISeriesApi<'Candlestick'>
    this.update = requestUpdate
  }

  /** Whether a fill is of the strategy that was chosen, or of all. */
  isShown(index: number): boolean {
    const { strategy } = this.fills
    return this.strategy === undefined || !strategy || strategy[index] === this.strategy || strategy[index] === -1
  }

  /** Draws it again. */
  changed(): void {
    this.update()
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this]
  }

  /** Over the candles. */
  zOrder(): PrimitivePaneViewZOrder {
    return 'top'
  }

  renderer(): IPrimitivePaneRenderer {
    return this
  }

  draw(target: Target): void {
    const { chart, series } = this
    if (!chart || !series) return
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      this.drawHighlight(context, mediaSize.height)
      this.drawFills(context, mediaSize.width, mediaSize.height)
    })
  }

  private drawFills(context: CanvasRenderingContext2D, width: number, height: number): void {
    const { bought, prices, candles } = this.fills
    // a fill stands in the middle of its bar: bars that are in sight in part count as a whole
    const zoom = this.zoom()
    const { from: origin, step } = zoom
    const { from, to } = zoom.seen()
    const first = placeOf(candles, origin + Math.floor((from - origin) / step) * step - 1) + 1
    const end = placeOf(candles, origin + Math.ceil((to - origin) / step) * step - 1) + 1
    this.seen = end - first
    const y = this.priceScale()
    if (!y) return
    const { panel, tones } = palette()
    const { accent, warn } = tones
    context.strokeStyle = panel
    context.lineWidth = 1
    const isFew = this.seen <= FEW
    const rows = Math.ceil((height + TALL) / DOT) + 1
    const columns = Math.ceil((width + HALF) / DOT) + 1
    const taken = new Uint8Array(2 * columns * rows)
    for (const side of [0, 1]) {
      context.fillStyle = side === 1 ? accent : warn
      for (let index = first; index < end; index++) {
        if (bought[index] !== side || !this.isShown(index)) continue
        const x = this.x(candles[index]!)
        const top = y(prices[index]!)
        if (x < -HALF || x > width + HALF || top < 0 || top > height) continue
        if (isFew) {
          triangle(context, x, top, side === 1)
          continue
        }
        // beside the price, not on it
        const row = Math.max(0, Math.floor((top + (side === 1 ? TALL : -TALL)) / DOT))
        const column = Math.max(0, Math.floor(x / DOT))
        const cell = 2 * (column * rows + row) + side
        if (taken[cell] === 1) continue
        taken[cell] = 1
        context.fillRect(column * DOT, row * DOT, DOT - 1, DOT - 1)
      }
    }
  }

  private drawHighlight(context: CanvasRenderingContext2D, height: number): void {
    const { highlight } = this
    const y = this.priceScale()
    if (!highlight || !y) return
    const { entry, exit, tone } = highlight
    const { tones, ink } = palette()
    const [left, right] = [this.x(entry.candle), this.x(exit.candle)]
    context.fillStyle = veiled(tones[tone || 'faint'], 0.12)
    context.fillRect(left - 3, 0, right - left + 6, height)
    context.strokeStyle = ink
    context.lineWidth = 1.5
    context.setLineDash([4, 3])
    context.beginPath()
    context.moveTo(left, y(entry.price))
    context.lineTo(right, y(exit.price))
    context.stroke()
    context.setLineDash([])
  }

  /** The middle of the bar that a candle is in. */
  private x(candle: number): number {
    const { from, step } = this.zoom()
    const logical = Math.floor((candle - from) / step)
    return (
      this.chart!.timeScale().logicalToCoordinate(
        logical as Parameters<ReturnType<IChartApi['timeScale']>['logicalToCoordinate']>[0],
      ) ?? OUT_OF_SIGHT
    )
  }

  /** The scale is linear: two prices tell all. Undefined before there is one. */
  private priceScale(): ((price: number) => number) | undefined {
    const series = this.series!
    const [top, bottom] = [series.coordinateToPrice(0), series.coordinateToPrice(100)]
    if (top === null || bottom === null || top === bottom) return undefined
    return (price) => (100 * (price - top)) / (bottom - top)
  }
}

/** Points at the price: from below what was bought, from above what was sold. */
function triangle(context: CanvasRenderingContext2D, x: number, y: number, up: boolean): void {
  const base = up ? y + TALL : y - TALL
  context.beginPath()
  context.moveTo(x, y)
  context.lineTo(x - HALF, base)
  context.lineTo(x + HALF, base)
  context.closePath()
  context.fill()
  context.stroke()
}
