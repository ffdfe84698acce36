/** What fingers and mice zoom with. */
import { element } from '../../../../looks/dom'
import type { Zoom } from './zoom'

export function zoomButtons(zoom: Zoom): HTMLElement {
  return element(
    'span',
    { class: 'right buttons' },
    button('−', 'Zoom out', () => zoom.scale(1 / 0.6)),
    button('+', 'Zoom in', () => zoom.scale(0.6)),
    button('All', 'Show all', () => zoom.showAll()),
  )
}

function button(label: string, what: string, act: () => void): HTMLElement {
  const made = element('button', { type: 'button', 'aria-label': what, title: what }, label)
  made.addEventListener('click', act)
  return made
}
