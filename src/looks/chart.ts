/** A chart in the look of the page, with the times of the data in UTC, worked by mouse, finger or keyboard, and printed. */
import {
  type AutoscaleInfo,
  ColorType,
  CrosshairMode,
  createChart,
  type DeepPartial,
  type IChartApi,
  type IPriceScaleApi,
  type PriceFormatCustom,
  type TimeChartOptions,
  type UTCTimestamp,
} from 'lightweight-charts'
import { element } from './dom'
import { onTheme, palette } from './theme'

export interface Drawn {
  readonly chart: IChartApi
  /** To be put into the page. */
  readonly host: HTMLElement
  /** Ends it. */
  readonly remove: () => void
}

/** As libraries of charts count time: in seconds, here with fractions. */
export const seconds = (ms: number): UTCTimestamp => (ms / 1000) as UTCTimestamp

/** About so many on an axis. */
const TICKS = 6
let hasLogo = false

/** The library asks for its logo on the page: once is enough. */
function isFirst(): boolean {
  const is = !hasLogo
  hasLogo = true
  return is
}

/**
 * How numbers are written beside an axis: with the decimals that tell its ticks apart.
 * @param scale whose axis it is. @param digits at most.
 */
export function axisFormat(scale: () => IPriceScaleApi | undefined, digits: number, unit = ''): PriceFormatCustom {
  const kept = (): number => {
    const range = scale()?.getVisibleRange()
    if (!range || range.to <= range.from) return digits
    return Math.min(digits, Math.max(0, Math.ceil(-Math.log10((range.to - range.from) / TICKS))))
  }
  return { type: 'custom', minMove: 10 ** -digits, formatter: (value: number) => `${number(value, kept())}${unit}` }
}

/** What does not move is drawn in the middle, not as if a hundredth were all the difference. */
export function widened(original: () => AutoscaleInfo | null): AutoscaleInfo | null {
  const info = original()
  const range = info?.priceRange
  if (!info || !range || range.maxValue > range.minValue) return info
  const by = Math.abs(range.maxValue) / 100 || 1
  return { ...info, priceRange: { minValue: range.minValue - by, maxValue: range.maxValue + by } }
}

/** `2022-01-31 12:30`, with seconds and less where there are any. */
export function timeText(ms: number): string {
  const text = new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
  return text.replace(/(:00)?\.000$/, '')
}

/**
 * @param summary what is to be seen, for screen readers.
 * @param recolor gives the series the colours of the theme.
 * @param logo whether the library shows its own; not where the page names it in words.
 */
export function drawChart(height: number, summary: string, recolor: () => void, logo = isFirst()): Drawn {
  const host = element('div', {
    class: 'chart',
    role: 'group',
    tabindex: 0,
    'aria-roledescription': 'chart',
    'aria-label': `${summary} Arrow keys move, plus and minus zoom, 0 shows all.`,
  })
  host.style.height = `${height}px`
  const canvas = element('div', { class: 'canvas' })
  host.append(canvas)
  const chart = createChart(canvas, {
    autoSize: true,
    layout: { fontSize: 11, fontFamily: getComputedStyle(document.body).fontFamily, attributionLogo: logo },
    grid: { vertLines: { visible: false } },
    crosshair: { mode: CrosshairMode.Normal },
    rightPriceScale: { borderVisible: false, minimumWidth: 72, entireTextOnly: true },
    timeScale: { timeVisible: true, secondsVisible: true, minBarSpacing: 0.2, fixLeftEdge: true, fixRightEdge: true },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false, axisPressedMouseMove: { time: true, price: true } },
    localization: {
      locale: 'en-US',
      timeFormatter: (time: UTCTimestamp) => timeText(Math.round(time * 1000)),
    },
  })
  wheelWithFocus(host, chart)
  const paint = (): void => {
    chart.applyOptions(colors())
    recolor()
  }
  const end = new AbortController()
  onTheme(paint, end.signal)
  chart.applyOptions(colors())
  printed(host, chart, paint, end.signal)
  const remove = () => {
    end.abort()
    chart.remove()
  }
  return { chart, host, remove }
}

/** With commas between thousands, and the sign for minus. */
export const number = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace('-', '−')

/** The fewest decimals that all of them need. @param most that are looked at. */
export function decimalsOf(values: readonly number[], most: number): number {
  let digits = 0
  while (digits < most && values.some((value) => Number(value.toFixed(digits)) !== value)) digits++
  return digits
}

function colors(): DeepPartial<TimeChartOptions> {
  const { panel, line, faint } = palette()
  const label = { labelBackgroundColor: faint, color: faint }
  return {
    layout: {
      background: { type: ColorType.Solid, color: panel },
      textColor: faint,
      panes: { separatorColor: line, separatorHoverColor: line },
    },
    grid: { horzLines: { color: line } },
    timeScale: { borderColor: line },
    crosshair: { vertLine: label, horzLine: label },
  }
}

/** The wheel scrolls the page, until the chart is clicked: then it zooms. */
function wheelWithFocus(host: HTMLElement, chart: IChartApi): void {
  const wheel = (zooms: boolean): void => {
    chart.applyOptions({ handleScroll: { mouseWheel: zooms }, handleScale: { mouseWheel: zooms } })
  }
  host.addEventListener('pointerdown', () => host.focus({ preventScroll: true }))
  host.addEventListener('focus', () => wheel(true))
  host.addEventListener('blur', () => wheel(false))
}

/** On paper stands a picture, in the colours of paper. */
function printed(host: HTMLElement, chart: IChartApi, paint: () => void, signal: AbortSignal): void {
  let picture: HTMLElement | undefined
  const root = document.documentElement
  const picturing = () => {
    if (!host.isConnected) return
    const { theme } = root.dataset
    root.dataset.theme = 'light'
    paint()
    picture = element('img', {
      class: 'printed',
      alt: host.getAttribute('aria-label') ?? '',
      // with what lies over the candles: the fills
      src: chart.takeScreenshot(true).toDataURL(),
    })
    host.after(picture)
    if (theme === undefined) delete root.dataset.theme
    else root.dataset.theme = theme
    paint()
  }
  addEventListener('beforeprint', picturing, { signal })
  addEventListener('afterprint', () => picture?.remove(), { signal })
}
