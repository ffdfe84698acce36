/** Figures, each with its formula and source: pointed at, or with the keyboard, or read out. */

import { element, shown } from '../../../../looks/dom'
import type { FigureText, SectionOf } from '../../sections'
import { panel } from '../panel'
import { tip } from '../tip'

export function renderHeadline({ id, title, data }: SectionOf<'headline'>): HTMLElement {
  const tiles = data.figures.map((figure, index) =>
    row(figure, `${id}-${index}`, '', element('span', { class: 'beside' }, shown(figure.beside))),
  )
  return element('section', { id, 'aria-label': title }, element('dl', { class: 'figures' }, ...tiles))
}

export function renderFigures(section: SectionOf<'figures'>): HTMLElement {
  const { root, body } = panel(section, 'each with its formula: point at it')
  const groups = section.data.groups.map(({ title, figures }, group) => {
    const rows = figures.map((figure, index) => row(figure, `${section.id}-${group}-${index}`, 'num'))
    return element('div', { class: 'group' }, element('h3', {}, title), element('dl', {}, ...rows))
  })
  body.append(element('div', { class: 'stats' }, ...groups))
  return root
}

function row(figure: FigureText, id: string, kind: string, beside?: HTMLElement): HTMLElement {
  const { label, text, tone, formula, source } = figure
  const value = element('dd', { class: kind || undefined }, element('b', { class: tone }, shown(text)), beside)
  if (formula === undefined) return element('div', { class: 'figure' }, element('dt', {}, label), value)
  const button = element('button', { type: 'button', class: 'term', 'aria-describedby': id }, label)
  const told = element('span', { id, class: 'unseen' }, formula)
  if (source !== undefined) told.append(element('span', { class: 'faint' }, ` Source: ${source}.`))
  const made = element('div', { class: 'figure' }, element('dt', {}, button, told), value)
  tip(made, button, told)
  return made
}
