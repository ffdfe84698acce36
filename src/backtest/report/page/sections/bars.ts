/** Bars as an SVG that is as wide as its place, so that its texts keep their size; and as a table for screen readers. */

import { element, shown, svg } from '../../../../looks/dom'
import type { Bar, BarsData, SectionOf } from '../../sections'
import { panel } from '../panel'

const HEIGHT = 170
const AXIS = 22
const GAP = 2
/** Room that the text of a tick needs. */
const TICK = 76

export function renderBars(section: SectionOf<'bars'>): HTMLElement {
  const { data } = section
  const { root, body } = panel(section, data.note)
  const picture = element('div', { class: 'plot', role: 'img', 'aria-label': shown(data.summary) })
  body.append(picture, tableOf(data))
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0)
    if (width > 0) picture.replaceChildren(drawn(data, width))
  }).observe(picture)
  return root
}

function drawn({ bars, ticks }: BarsData, width: number): SVGElement {
  const up = Math.max(0, ...bars.map(({ value }) => value))
  const down = Math.max(0, ...bars.map(({ below = 0 }) => below))
  const unit = (HEIGHT - AXIS - 8) / (up + down || 1)
  const zero = 4 + up * unit
  const step = width / bars.length
  const gap = step > 3 * GAP ? GAP : 0
  const shapes = bars.map((bar, index) => shape(bar, index * step + gap / 2, step - gap, zero, unit))
  const every = Math.ceil((TICK * ticks.length) / width)
  const shownTicks = ticks.filter((_, index) => index % every === 0)
  const texts = shownTicks.map(({ at, text }) => {
    const anchor = at < 0.04 ? 'start' : at > 0.96 ? 'end' : 'middle'
    return svg('text', { class: 'axis', x: at * width, y: HEIGHT - 6, 'text-anchor': anchor }, shown(text))
  })
  const axis = svg('line', { class: 'grid', x1: 0, x2: width, y1: zero + 0.5, y2: zero + 0.5 })
  const size = { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` }
  return svg('svg', { ...size, 'aria-hidden': 'true' }, axis, ...shapes, ...texts)
}

function shape(
  { value, below = 0, tone, label, text }: Bar,
  x: number,
  width: number,
  zero: number,
  unit: number,
): SVGElement {
  const group = svg('g', { class: `bar ${tone}` }, svg('title', {}, shown(`${label}: ${text}`)))
  // where one can point, also beside a short bar
  group.append(svg('rect', { class: 'place', x, width, y: 0, height: HEIGHT - AXIS }))
  if (value > 0) {
    const height = Math.max(1, value * unit)
    group.append(svg('rect', { x, width, y: zero - height, height }))
  }
  if (below > 0) group.append(svg('rect', { class: 'below', x, width, y: zero, height: Math.max(1, below * unit) }))
  return group
}

function tableOf({ bars, terms }: BarsData): HTMLElement {
  const head = terms.map((term) => element('th', { scope: 'col' }, term))
  const rows = bars.map(({ label, text }) =>
    element('tr', {}, element('th', { scope: 'row' }, label), element('td', {}, text)),
  )
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows))
  return element('div', { class: 'unseen' }, table)
}
