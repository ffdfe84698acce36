import { element } from '../../../../looks/dom'
import type { SectionOf } from '../../sections'

export function renderNotices({ id, title, data }: SectionOf<'notices'>): HTMLElement {
  const items = data.notices.map(({ tone, text }) => element('li', { class: `notice ${tone}` }, text))
  return element('section', { id, 'aria-label': title }, element('ul', { class: 'notices' }, ...items))
}
