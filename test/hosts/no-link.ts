/** A link that leads nowhere: for hosts of which a test looks at what they are given. */
import type { HostLink } from '../../src/hosts/link'

const never = <T>(): Promise<T> => new Promise(() => undefined)

export const NO_LINK: HostLink = {
  place: 'nowhere',
  engineHash: '',
  dead: false,
  pending: 0,
  ended: never(),
  send: () => undefined,
  request: () => never(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}
