/** What the keyboard does: `g` and a letter goes to a page, `/` to the filter, Escape back. */
import { PAGES } from './pages'
import { go, route } from './route'

/** A second key belongs to the first for so long. */
const TOGETHER_MS = 1500

export function listenToKeys(): void {
  let goneMs = Number.NEGATIVE_INFINITY
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
    if (event.key === 'Escape') {
      leave(event.target)
      return
    }
    if (isTyping(event.target)) return
    if (event.key === '/') {
      const filter = document.querySelector<HTMLElement>('[data-filter]')
      filter?.focus()
      if (filter) event.preventDefault()
      return
    }
    const page = performance.now() - goneMs < TOGETHER_MS && PAGES.find(({ key }) => key === event.key)
    goneMs = event.key === 'g' ? performance.now() : Number.NEGATIVE_INFINITY
    if (page) go(page.path)
  })
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement

/** Out of a field first, then from one of many to all of them. */
function leave(target: EventTarget | null): void {
  if (isTyping(target) && target instanceof HTMLElement) target.blur()
  else if (route.value.subject !== undefined) go(route.value.page === 'instances' ? 'overview' : route.value.page)
}
