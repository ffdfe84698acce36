/** Lines over time; perhaps the drawdown of the first one below, and a logarithmic scale. */
import {
  AreaSeries,
  type IChartApi,
  type IPriceScaleApi,
  type ISeriesApi,
  LineSeries,
  PriceScaleMode,
  type WhitespaceData,
} from 'lightweight-charts'
import { axisFormat, drawChart, number, seconds, timeText, widened } from '../../../../looks/chart'
import { element } from '../../../../looks/dom'
import { palette, veiled } from '../../../../looks/theme'
import type { Curve, CurvesData, SectionOf } from '../../sections'
import { Borders } from '../charts/borders'
import { zoomButtons } from '../charts/buttons'
import { drawdownsOf, type Points, sampled } from '../charts/samples'
import { type Span, Zoom } from '../charts/zoom'
import type { Context } from '../context'
import { panel } from '../panel'

const HEIGHT = { plain: 220, drawdown: 380 }
/** How high the pane of the drawdown is, that of the curves being 1. */
const DRAWDOWN_SHARE = 0.32
const SHORTEST_MS = 1000

type Line = ISeriesApi<'Line'> | ISeriesApi<'Area'>
type Point =
  | { readonly time: ReturnType<typeof seconds>; readonly value: number }
  | WhitespaceData<ReturnType<typeof seconds>>

interface Shown {
  readonly label: string
  readonly points: Points
  readonly series: Line
  readonly sample: 'last' | 'lowest'
  readonly text: (value: number) => string
  readonly color: () => void
}

export function renderCurves(section: SectionOf<'curves'>, context: Context): HTMLElement {
  const { data } = section
  const { root, header, body } = panel(section)
  const lines: Shown[] = []
  const { chart, host } = drawChart(data.drawdown ? HEIGHT.drawdown : HEIGHT.plain, data.summary, () => paint(lines))
  const points = data.curves.map(({ times, values }): Points => {
    const { columns } = context
    return { times: columns.numbers(times), values: columns.numbers(values) }
  })
  lines.push(...addLines(chart, data, points), ...(data.drawdown ? addDrawdown(chart, points[0]) : []))
  const borders = data.borders && new Borders(chart, context.columns.numbers(data.borders.times))
  paint(lines)
  const load = (from: number, to: number, step: number): void => {
    fill(lines, from, to, step, data.joined ?? false)
    borders?.fill(from, to, step)
  }
  const whole = wholeOf(points)
  const zoom = new Zoom({ chart, host, whole, shortest: SHORTEST_MS, load })
  const readout = element('p', { class: 'readout mono', 'aria-hidden': 'true' })
  const read = (logical: number | undefined): void => {
    readout.textContent = readoutOf(lines, zoom, logical, whole.to)
  }
  read(undefined)
  chart.subscribeCrosshairMove(({ logical }) => read(logical))
  const scale = data.logarithmic ? logarithmicSwitch(points, chart.priceScale('right')) : ''
  header.append(legend(data), scale, zoomButtons(zoom))
  body.append(readout, element('div', { class: 'plot' }, host))
  return root
}

const paint = (lines: readonly Shown[]): void => {
  for (const { color } of lines) color()
}

function wholeOf(points: readonly Points[]): Span {
  const starts = points.map(({ times }) => times[0] ?? Number.POSITIVE_INFINITY)
  const ends = points.map(({ times }) => times.at(-1) ?? Number.NEGATIVE_INFINITY)
  return { from: Math.min(...starts), to: 1 + Math.max(...ends) }
}

/** The subject is drawn last, over what it is compared with. */
function addLines(chart: IChartApi, data: CurvesData, points: readonly Points[]): Shown[] {
  const priceFormat = axisFormat(() => chart.priceScale('right'), data.digits)
  const lines: Shown[] = []
  for (const [index, curve] of [...data.curves.entries()].reverse()) {
    const isSubject = index === 0
    const series = chart.addSeries(LineSeries, {
      priceLineVisible: false,
      lastValueVisible: isSubject,
      crosshairMarkerRadius: 3,
      priceFormat,
      autoscaleInfoProvider: widened,
    })
    lines.unshift(lineOf(curve, points[index]!, series, data, isSubject))
  }
  return lines
}

function addDrawdown(chart: IChartApi, subject: Points | undefined): Shown[] {
  if (!subject) return []
  const options = { priceLineVisible: false, lastValueVisible: false, invertFilledArea: true, lineWidth: 1 } as const
  const series = chart.addSeries(
    AreaSeries,
    { ...options, priceFormat: axisFormat(() => chart.priceScale('right', 1), 2, ' %') },
    1,
  )
  chart.panes()[1]?.setStretchFactor(DRAWDOWN_SHARE)
  series.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0.08 } })
  return [drawdownOf(drawdownsOf(subject), series)]
}

/** @param joined only where there is a point of its own. */
function fill(lines: readonly Shown[], from: number, to: number, step: number, joined: boolean): void {
  const count = Math.ceil((to - from) / step)
  for (const { points, series, sample } of lines) {
    const samples = sampled(points, from, step, count)
    const isShown = (value: number, index: number) => !Number.isNaN(value) && (!joined || samples.own[index] === 1)
    series.setData(
      Array.from(samples[sample], (value, index): Point => {
        const time = seconds(from + index * step)
        return isShown(value, index) ? { time, value } : { time }
      }),
    )
  }
}

function lineOf(curve: Curve, points: Points, series: Line, data: CurvesData, isSubject: boolean): Shown {
  const color = (): void => {
    series.applyOptions({ color: palette().tones[curve.tone], lineWidth: isSubject ? 2 : 1 })
  }
  const text = (value: number): string => `${number(value, data.digits)} ${data.unit}`.trim()
  return { label: curve.label, points, series, sample: 'last', text, color }
}

function drawdownOf(points: Points, series: ISeriesApi<'Area'>): Shown {
  const color = (): void => {
    const { loss } = palette().tones
    series.applyOptions({ lineColor: loss, topColor: veiled(loss, 0.28), bottomColor: veiled(loss, 0.08) })
  }
  return { label: 'drawdown', points, series, sample: 'lowest', text: (value) => `${number(value, 2)} %`, color }
}

/** The values at a place, at first at the end. */
function readoutOf(lines: readonly Shown[], zoom: Zoom, logical: number | undefined, end: number): string {
  const at = logical === undefined ? end - zoom.step : zoom.from + logical * zoom.step
  const timeMs = logical === undefined ? end - 1 : Math.floor(at / 1000) * 1000
  const parts = lines.map(({ label, points, sample, text }) => {
    const value = sampled(points, at, zoom.step, 1)[sample][0]!
    return Number.isNaN(value) ? '' : `${label} ${text(value)}`
  })
  return [timeText(timeMs), ...parts].filter(Boolean).join('   ')
}

function legend({ curves, borders }: CurvesData): HTMLElement {
  const items = curves.map(({ label, tone }) => element('span', {}, element('i', { class: `line ${tone}` }), label))
  if (borders && borders.times.count > 0)
    items.push(element('span', {}, element('i', { class: 'border' }), borders.label))
  return element('span', { class: 'legend' }, ...items)
}

function logarithmicSwitch(points: readonly Points[], scale: IPriceScaleApi): HTMLElement {
  const button = element('button', { type: 'button', 'aria-pressed': 'false' }, 'Log')
  button.title = 'Logarithmic scale: the same percentage is the same height'
  button.addEventListener('click', () => {
    const isOn = button.getAttribute('aria-pressed') !== 'true'
    button.setAttribute('aria-pressed', String(isOn))
    scale.applyOptions({ mode: isOn ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal })
  })
  if (points.some(({ values }) => values.some((value) => value <= 0))) {
    button.disabled = true
    button.title = 'There is no logarithm of what is not above zero.'
  }
  return button
}
