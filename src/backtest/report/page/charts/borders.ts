/** Lines from top to bottom of a chart, where one thing ends and the next begins. */
import { HistogramSeries, type IChartApi, type ISeriesApi } from 'lightweight-charts'
import { seconds } from '../../../../looks/chart'
import { onTheme, palette, veiled } from '../../../../looks/theme'
import { placeOf } from './candle-bars'

export class Borders {
  private readonly series: ISeriesApi<'Histogram'>

  /** @param times ms since 1970, rising. */
  constructor(
    chart: IChartApi,
    private readonly times: Float64Array,
  ) {
    this.series = chart.addSeries(HistogramSeries, {
      priceScaleId: 'borders',
      priceLineVisible: false,
      lastValueVisible: false,
      autoscaleInfoProvider: () => ({ priceRange: { minValue: 0, maxValue: 1 } }),
    })
    this.series.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0 } })
    const paint = (): void => this.series.applyOptions({ color: veiled(palette().faint, 0.5) })
    onTheme(paint)
    paint()
  }

  /** @param step ms between the points of the chart. */
  fill(from: number, to: number, step: number): void {
    const [first, end] = [placeOf(this.times, from - 1) + 1, placeOf(this.times, to - 1) + 1]
    const points = new Set(Array.from(this.times.subarray(first, end), (time) => Math.floor((time - from) / step)))
    this.series.setData(Array.from(points, (point) => ({ time: seconds(from + point * step), value: 1 })))
  }
}
