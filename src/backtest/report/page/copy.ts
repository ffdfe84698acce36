/** Text that a click copies. */
import { element } from '../../../looks/dom'

const THANKS_MS = 1500

/** @param text what is copied. @param label what is seen of it. @param what it is, for screen readers. */
export function copied(text: string, label: string, what: string): HTMLElement {
  const said = element('span', { class: 'copied', role: 'status' })
  const button = element('button', { type: 'button', class: 'copy mono', title: `Copy: ${text}` }, label)
  button.append(element('span', { class: 'unseen' }, ` (copy the ${what})`))
  button.addEventListener('click', () => {
    void put(text).then((done) => {
      said.textContent = done ? 'copied' : 'not copied: the browser forbids it'
      setTimeout(() => {
        said.textContent = ''
      }, THANKS_MS)
    })
  })
  return element('span', { class: 'copying' }, button, said)
}

/** A page that is a file may have no clipboard: then by a selection. */
async function put(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = element('textarea', { class: 'unseen', 'aria-hidden': 'true' })
    area.value = text
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}
