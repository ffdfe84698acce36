/** Where the page is: the part of its address behind the `#`, as `#/instances/momentum-1`. */
import { Store } from './store'

export interface Route {
  readonly page: string
  /** What of it, where it shows one of many. */
  readonly subject?: string
}

export const route = new Store<Route>({ page: 'overview' })

export function followAddress(): void {
  const read = () => {
    const [, page = '', subject] = location.hash.split('/')
    route.value = { page: page || 'overview', ...(subject && { subject: decodeURIComponent(subject) }) }
    scrollTo(0, 0)
  }
  addEventListener('hashchange', read)
  read()
}

export const pathOf = (page: string, subject?: string): string =>
  `#/${page}${subject === undefined ? '' : `/${encodeURIComponent(subject)}`}`

export function go(page: string, subject?: string): void {
  location.hash = pathOf(page, subject)
}
