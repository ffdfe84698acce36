import type { SectionOf } from '../../sections'
import { element } from '../dom'

export function renderNotices({ id, title, data }: SectionOf<'notices'>): HTMLElement {
  const items = data.notices.map(({ tone, text }) => element('li', { class: `notice ${tone}` }, text))
  return element('section', { id, 'aria-label': title }, element('ul', { class: 'notices' }, ...items))
}
