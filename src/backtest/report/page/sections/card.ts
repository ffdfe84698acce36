import { element, shown } from '../../../../looks/dom'
import type { SectionOf } from '../../sections'
import { copied } from '../copy'
import { panel } from '../panel'

export function renderCard(section: SectionOf<'card'>): HTMLElement {
  const { root, body } = panel(section)
  const rows = section.data.rows.map(({ term, lines, mono, copies }) => {
    const values = lines.map((line) =>
      copies
        ? copied(line, line, copies)
        : mono
          ? element('div', { class: 'mono' }, line)
          : element('div', {}, shown(line)),
    )
    return element('div', {}, element('dt', {}, term), element('dd', {}, ...values))
  })
  body.append(element('dl', { class: 'card' }, ...rows))
  return root
}
