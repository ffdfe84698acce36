/** The frame of a section: its title, what can be done with it, and its body. */

import { element } from '../../../looks/dom'
import type { Section } from '../sections'

export interface Panel {
  readonly root: HTMLElement
  readonly header: HTMLElement
  readonly body: HTMLElement
}

export function panel({ id, title, half }: Pick<Section, 'id' | 'title' | 'half'>, note?: string): Panel {
  const heading = element('h2', { id: `${id}-title` }, title)
  const header = element(
    'header',
    {},
    heading,
    note === undefined ? undefined : element('span', { class: 'faint' }, note),
  )
  const body = element('div', { class: 'body' })
  const root = element(
    'section',
    { id, class: half ? 'panel half' : 'panel', 'aria-labelledby': `${id}-title` },
    header,
    body,
  )
  return { root, header, body }
}
