import { element, shown } from '../../../../looks/dom'
import { toneOf } from '../../../../looks/theme'
import type { HeatmapCell, SectionOf } from '../../sections'
import { panel } from '../panel'

/** How strong the colour is, in percent. */
const DEEPEST = 45
const SHALLOWEST = 6

export function renderHeatmap(section: SectionOf<'heatmap'>): HTMLElement {
  const { corner, columns, rows, total = false, note } = section.data
  const { root, body } = panel(section, note)
  const isTotal = (index: number): boolean => total && index === columns.length - 1
  const sizes = rows.flatMap(({ cells }) =>
    cells.map((cell, index) => (cell && !isTotal(index) ? Math.abs(cell.value) : 0)),
  )
  const most = Math.max(...sizes)
  const head = [corner, ...columns].map((name) => element('th', { scope: 'col' }, shown(name)))
  const lines = rows.map(({ label, cells }) => {
    const values = cells.map((cell, index) => (isTotal(index) ? totalOf(cell) : coloured(cell, most)))
    return element('tr', {}, element('th', { scope: 'row' }, shown(label)), ...values)
  })
  const table = element('table', { class: 'heatmap' }, element('thead', {}, element('tr', {}, ...head)))
  table.append(element('tbody', {}, ...lines))
  body.append(
    element('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-labelledby': `${section.id}-title` }, table),
  )
  return root
}

function coloured(cell: HeatmapCell | null, most: number): HTMLElement {
  if (!cell) return element('td', { class: 'faint' }, '·')
  const share = most > 0 ? SHALLOWEST + ((DEEPEST - SHALLOWEST) * Math.abs(cell.value)) / most : 0
  const made = element('td', {}, shown(cell.text))
  if (cell.value !== 0)
    made.style.background = `color-mix(in srgb, var(--${cell.value > 0 ? 'gain' : 'loss'}) ${share.toFixed(0)}%, transparent)`
  return made
}

function totalOf(cell: HeatmapCell | null): HTMLElement {
  if (!cell) return element('td', { class: 'faint' }, '·')
  return element('td', {}, element('b', { class: toneOf(cell.value) }, shown(cell.text)))
}
