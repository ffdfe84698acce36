/** Candles with every fill; a trade that was clicked is shown here. */
import { CandlestickSeries } from 'lightweight-charts'
import { axisFormat, decimalsOf, drawChart, number, seconds, timeText, widened } from '../../../../looks/chart'
import { element } from '../../../../looks/dom'
import { palette } from '../../../../looks/theme'
import type { Market, SectionOf } from '../../sections'
import { zoomButtons } from '../charts/buttons'
import { type Candle, type Candles, placeOf, putTogether } from '../charts/candle-bars'
import { FillMarks, type Highlight } from '../charts/fills'
import { Zoom } from '../charts/zoom'
import type { Context, ShownTrade } from '../context'
import { panel } from '../panel'
import { strategyChoice } from '../strategy-choice'

const HEIGHT = 360
/** Fills of a candle that are read out one by one. */
const MOST_READ = 3
/** Candles on either side of a trade, at least. */
const BESIDE = 25

export function renderCandles(section: SectionOf<'candles'>, context: Context): HTMLElement {
  const { markets, strategies, summary } = section.data
  const { root, header, body } = panel(section)
  header.append(
    element('span', { class: 'legend' }, key('accent', '▲ bought'), key('warn', '▼ sold')),
    element(
      'span',
      { class: 'faint hint' },
      'drag to move · click, then scroll to zoom · click a trade to see it here',
    ),
  )
  const place = element('div')
  const about = element('div', { class: 'about-trade', role: 'status' })
  body.append(about, place)
  const views = new Map<Market, View>()
  let view: View | undefined
  let strategy: number | undefined
  const open = (market: Market): View => {
    if (view?.market === market) return view
    const made = views.get(market) ?? draw(market, strategies ?? [], context, summary)
    views.set(market, made)
    view = made
    made.choose(strategy)
    place.replaceChildren(made.root)
    header.querySelector('.buttons')?.replaceWith(made.buttons)
    return made
  }
  const choice = symbols(markets, open)
  if (choice) header.append(choice)
  header.append(strategyChoice(strategies, context) ?? '')
  header.append(element('span', { class: 'buttons' }))
  const [first] = markets
  if (first) open(first)
  context.onStrategy((chosen) => {
    strategy = chosen
    view?.choose(chosen)
  })
  context.onTrade((trade) => {
    const market = markets.find(({ symbol }) => symbol === trade?.symbol)
    about.replaceChildren()
    if (!trade || !market) return view?.highlight(undefined)
    if (choice) choice.value = market.symbol
    about.append(trade.text, backButton(context))
    const shown = open(market)
    shown.highlight(trade)
    root.scrollIntoView({ block: 'start' })
    shown.focus()
  })
  return root
}

const key = (tone: string, text: string): HTMLElement => element('span', { class: tone }, text)

function backButton(context: Context): HTMLElement {
  const button = element('button', { type: 'button' }, 'Back to the table (Esc)')
  button.addEventListener('click', () => context.back())
  return button
}

function symbols(markets: readonly Market[], open: (market: Market) => unknown): HTMLSelectElement | undefined {
  if (markets.length < 2) return undefined
  const options = markets.map(({ symbol }) => element('option', { value: symbol }, symbol))
  const choice = element('select', { 'aria-label': 'Symbol' }, ...options)
  choice.addEventListener('change', () => open(markets[choice.selectedIndex]!))
  return choice
}

interface View {
  readonly market: Market
  readonly root: HTMLElement
  readonly buttons: HTMLElement
  highlight(trade: ShownTrade | undefined): void
  /** Shows the fills of one strategy alone, or of all. */
  choose(strategy: number | undefined): void
  focus(): void
}

function draw(market: Market, strategies: readonly string[], { columns }: Context, summary: string): View {
  const numbers = (name: 'times' | 'open' | 'high' | 'low' | 'close') => columns.numbers(market[name])
  const candles: Candles = {
    times: numbers('times'),
    open: numbers('open'),
    high: numbers('high'),
    low: numbers('low'),
    close: numbers('close'),
  }
  const digits = market.close.scale
  const fillTimes = columns.numbers(market.fills.times)
  const fills = {
    bought: columns.numbers(market.fills.bought),
    prices: columns.numbers(market.fills.prices),
    ...(market.fills.strategy && { strategy: columns.numbers(market.fills.strategy) }),
    candles: Int32Array.from(fillTimes, (timeMs) => Math.max(0, placeOf(candles.times, timeMs))),
  }
  const recolor = (): void => {
    const { gain, loss } = palette().tones
    const colors = {
      upColor: gain,
      borderUpColor: gain,
      wickUpColor: gain,
      downColor: loss,
      borderDownColor: loss,
      wickDownColor: loss,
    }
    series?.applyOptions(colors)
  }
  const { chart, host } = drawChart(HEIGHT, summary, recolor)
  const series = chart.addSeries(CandlestickSeries, {
    priceLineVisible: false,
    lastValueVisible: false,
    borderVisible: false,
    priceFormat: axisFormat(() => chart.priceScale('right'), digits),
    autoscaleInfoProvider: widened,
  })
  recolor()
  let bars: Candle[] = []
  const load = (from: number, to: number, step: number): void => {
    bars = putTogether(candles, Math.max(0, Math.floor(from)), Math.ceil(to), step)
    series.setData(bars.map(({ timeMs, ...prices }) => ({ time: seconds(timeMs), ...prices })))
  }
  const marks = new FillMarks(fills, () => zoom)
  const zoom: Zoom = new Zoom({ chart, host, whole: { from: 0, to: candles.times.length }, shortest: 1, load })
  series.attachPrimitive(marks)
  const readout = element('p', { class: 'readout mono', 'aria-hidden': 'true' })
  const read = (logical: number | undefined): void => {
    const bar = bars[logical ?? bars.length - 1]
    if (!bar) return
    const values = [bar.open, bar.high, bar.low, bar.close]
    const prices = values.map((price) => number(price, decimalsOf(values, digits)))
    const first = zoom.from + (logical ?? 0) * zoom.step
    const filled = logical === undefined ? '' : filledIn(first, first + zoom.step)
    readout.textContent = `${timeText(bar.timeMs)}   O ${prices[0]}  H ${prices[1]}  L ${prices[2]}  C ${prices[3]}   ${filled}`
  }
  const filledIn = (from: number, to: number): string => {
    const [first, end] = [placeOf(fills.candles, from - 1) + 1, placeOf(fills.candles, to - 1) + 1]
    const said: string[] = []
    let more = 0
    for (let index = first; index < end; index++) {
      if (!marks.isShown(index)) continue
      if (said.length < MOST_READ) said.push(fillText(index))
      else more++
    }
    return [...said, ...(more > 0 ? [`and ${more} more`] : [])].join('  ')
  }
  const fillText = (index: number): string => {
    const { prices, quantities } = market.fills
    const side = fills.bought[index] === 1 ? '▲' : '▼'
    const of = strategies[fills.strategy?.[index] ?? -1] ?? ''
    return `${side} ${columns.text(quantities, index)} @ ${columns.text(prices, index)} ${of}`.trimEnd()
  }
  read(undefined)
  chart.subscribeCrosshairMove(({ logical }) => read(logical))
  const candleAt = (timeMs: number): number => Math.max(0, placeOf(candles.times, timeMs))
  return {
    market,
    root: element('div', {}, readout, element('div', { class: 'plot' }, host)),
    buttons: zoomButtons(zoom),
    highlight(trade) {
      marks.highlight = trade && highlightOf(trade, candleAt)
      marks.changed()
      if (!marks.highlight) return
      const { entry, exit } = marks.highlight
      const beside = Math.max(BESIDE, exit.candle - entry.candle)
      zoom.show({ from: entry.candle - beside, to: exit.candle + beside + 1 })
    },
    choose(strategy) {
      if (marks.strategy === strategy) return
      marks.strategy = strategy
      marks.changed()
      read(undefined)
    },
    focus: () => host.focus({ preventScroll: true }),
  }
}

function highlightOf(trade: ShownTrade, candleAt: (timeMs: number) => number): Highlight {
  const { entryMs, exitMs, entryPrice, exitPrice, tone } = trade
  return {
    entry: { candle: candleAt(entryMs), price: entryPrice },
    exit: { candle: candleAt(exitMs), price: exitPrice },
    tone,
  }
}
