/** What is told of something while it is pointed at or has the focus; in front of all, and never outside of the window. */
import { element } from '../../../looks/dom'

const GAP = 4
const EDGE = 8

let shared: HTMLElement | undefined

function floating(): HTMLElement {
  if (shared) return shared
  const made = element('div', { class: 'tip', popover: 'manual', 'aria-hidden': 'true' })
  document.body.append(made)
  addEventListener('scroll', hide, { capture: true, passive: true })
  shared = made
  return made
}

/**
 * @param place where one points. @param button what takes the focus, described by `told` for screen readers.
 * @param told is in the page, unseen.
 */
export function tip(place: HTMLElement, button: HTMLElement, told: HTMLElement): void {
  const show = (): void => {
    const box = floating()
    box.replaceChildren(...told.cloneNode(true).childNodes)
    box.showPopover()
    const { left, top, bottom } = button.getBoundingClientRect()
    const { width, height } = box.getBoundingClientRect()
    box.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`
    box.style.top = `${bottom + GAP + height < innerHeight ? bottom + GAP : top - GAP - height}px`
  }
  place.addEventListener('pointerenter', show)
  place.addEventListener('pointerleave', hide)
  button.addEventListener('focus', show)
  button.addEventListener('blur', hide)
  button.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') hide()
  })
}

function hide(): void {
  shared?.hidePopover()
}
