/** What is drawn by the library of charts: the equity over time, and fills where they were traded. Loaded when first needed. */
import {
  AreaSeries,
  createSeriesMarkers,
  type IPriceLine,
  type LineData,
  LineSeries,
  LineStyle,
  type SeriesMarker,
  type UTCTimestamp,
} from 'lightweight-charts'
import { axisFormat, drawChart, seconds, widened } from '../../../looks/chart'
import { palette, veiled } from '../../../looks/theme'
import type { ExecutionItem, OrderItem } from '../../../schema/instance-records'

export interface EquityChart {
  readonly host: HTMLElement
  /** @param startEquity what the curve is compared with: above it has won. */
  readonly show: (points: readonly (readonly [number, string])[], startEquity: string) => void
  readonly remove: () => void
}

const HEIGHT_PX = 240

export function equityChart(): EquityChart {
  let won = true
  const recolor = () => {
    const { gain, loss } = palette().tones
    const tone = won ? gain : loss
    series.applyOptions({ lineColor: tone, topColor: veiled(tone, 0.22), bottomColor: veiled(tone, 0.01) })
  }
  const { chart, host, remove } = drawChart(HEIGHT_PX, 'The equity over time.', () => recolor(), false)
  const isUntouched = touching(host)
  const series = chart.addSeries(AreaSeries, {
    lineWidth: 2,
    priceLineVisible: false,
    autoscaleInfoProvider: widened,
    priceFormat: axisFormat(() => chart.priceScale('right'), 2),
  })
  recolor()
  return {
    host,
    remove,
    show(points, startEquity) {
      const data = rising(points.map(([ms, value]) => ({ time: seconds(ms), value: Number(value) })))
      const nowWon = (data.at(-1)?.value ?? 0) >= Number(startEquity)
      if (nowWon !== won) {
        won = nowWon
        recolor()
      }
      series.setData(data)
      if (isUntouched()) chart.timeScale().fitContent()
    },
  }
}

export interface Traded {
  /** Oldest first. */
  readonly fills: readonly ExecutionItem[]
  readonly open: readonly OrderItem[]
  /** Last prices as they were seen, oldest first. */
  readonly prices: readonly (readonly [number, string])[]
}

export interface FillsChart {
  readonly host: HTMLElement
  readonly show: (traded: Traded) => void
  readonly remove: () => void
}

export function fillsChart(): FillsChart {
  let shown: Traded | undefined
  let lines: IPriceLine[] = []
  const paint = () => {
    const { ink, tones } = palette()
    series.applyOptions({ color: veiled(ink, 0.55) })
    if (!shown) return
    markers.setMarkers(
      shown.fills.map((fill): SeriesMarker<UTCTimestamp> => {
        const isBuy = isBuying(fill.side)
        return {
          time: seconds(Date.parse(fill.tradedAt)),
          position: isBuy ? 'atPriceBottom' : 'atPriceTop',
          price: Number(fill.price),
          shape: isBuy ? 'arrowUp' : 'arrowDown',
          color: isBuy ? tones.accent : tones.warn,
          size: 0.6,
        }
      }),
    )
    for (const line of lines) series.removePriceLine(line)
    lines = shown.open.flatMap(({ price, stopPrice, side, quantity }) => {
      const at = price ?? stopPrice
      if (at === undefined) return []
      const isBuy = isBuying(side)
      return series.createPriceLine({
        price: Number(at),
        color: isBuy ? tones.accent : tones.warn,
        lineStyle: LineStyle.Dashed,
        lineWidth: 1,
        title: `${isBuy ? 'buy' : 'sell'} ${quantity}`,
      })
    })
  }
  const summary = 'The last price, with fills at their prices and open orders as lines.'
  const { chart, host, remove } = drawChart(HEIGHT_PX, summary, () => paint(), false)
  const isUntouched = touching(host)
  const series = chart.addSeries(LineSeries, {
    lineWidth: 1,
    priceLineVisible: false,
    autoscaleInfoProvider: widened,
    priceFormat: axisFormat(() => chart.priceScale('right'), 8),
  })
  const markers = createSeriesMarkers(series, [])
  paint()
  return {
    host,
    remove,
    show(traded) {
      const all = [
        ...traded.fills.map(({ tradedAt, price }) => [Date.parse(tradedAt), price] as const),
        ...traded.prices,
      ].sort(([one], [other]) => one - other)
      shown = traded
      series.setData(rising(all.map(([ms, price]) => ({ time: seconds(ms), value: Number(price) }))))
      paint()
      if (isUntouched()) chart.timeScale().fitContent()
    },
  }
}

/** What somebody has moved or zoomed stays where it is. */
function touching(host: HTMLElement): () => boolean {
  let isUntouched = true
  const touch = () => {
    isUntouched = false
  }
  for (const kind of ['wheel', 'pointerdown'] as const) host.addEventListener(kind, touch, { passive: true })
  return () => isUntouched
}

const isBuying = (side: string): boolean => side.toLowerCase() === 'buy'

/** The last one of several at the same time. */
function rising(data: readonly LineData<UTCTimestamp>[]): LineData<UTCTimestamp>[] {
  return data.filter(({ time }, index) => data[index + 1]?.time !== time)
}
