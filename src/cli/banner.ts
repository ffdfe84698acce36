/** What `meltica serve` prints when it is ready, and when it has stopped: where to look, and what is not as it should be. */
import type { Settings } from '../config/settings'
import { reasonOf } from '../files/reason'
import { plainText } from '../schema/plain-text'
import type { Gateway } from './gateway'

/** How many names or problems are told; `/readyz` and the API tell all. */
const MOST_TOLD = 10
const LEAST_WIDTH = 10

type Row = readonly [label: string, text: string]
type Shown = Pick<Gateway, 'url' | 'problems' | 'running' | 'has'>
type Configured = Pick<Settings, 'instances'>

/** The first line is for whoever waits until it listens. */
export function welcomeOf(gateway: Shown, settings: Configured): string {
  const problems = gateway.problems()
  const told = problems.slice(0, MOST_TOLD).map(({ message, hint }): Row => ['problem', `${message}; ${hint}`])
  const left = problems.length - told.length
  const more: Row[] = left > 0 ? [['problem', `${left} more: ${gateway.url}/readyz`]] : []
  return page(`listening on ${gateway.url}`, [...addresses(gateway, settings), ...told, ...more])
}

/** Made while the gateway still runs, printed when it has stopped. */
export function farewellOf(gateway: Shown, settings: Configured): string {
  const { instances, providers } = gateway.running()
  const next = [...instances.next, ...providers.next]
  return page(`stopped ${gateway.url}`, [
    ...addresses(gateway, settings),
    ['instances', `${named(instances.now)} stopped`],
    ['providers', `${named(providers.now)} stopped`],
    ['next start', next.length > 0 ? `${named(next)} will run again` : 'nothing will run by itself'],
  ])
}

/** In a line, for the service manager. */
export function standingOf(gateway: Shown): string {
  const instances = gateway.running().instances.now.length
  const problems = gateway.problems().length
  const told = problems === 0 ? '' : `; not sound: ${problems}, see ${gateway.url}/readyz`
  return `listening on ${gateway.url}; instances: ${instances}${told}`
}

/** Said of a start that was asked to stop. */
export const STOPPED_EARLY = 'stopped while it started: nothing ran yet\n'

/** Said when a stop takes too long: what is saved by then, and what is not. */
export function lastWordsOf(gateway: Pick<Gateway, 'save'> | undefined): string {
  if (!gateway)
    return 'error: the gateway was asked to stop while it started, and did not end within 4 s\nhint: what ran already runs again at the next start, from its last saved state\n'
  return `error: the gateway did not stop within 4 s\nhint: ${plainText(leftOf(gateway))}\n`
}

function leftOf(gateway: Pick<Gateway, 'save'>): string {
  try {
    const late = named(gateway.save())
    return `orders, fills and logs are saved, and helpers.state as it was a second ago; not stopped: ${late}`
  } catch (error) {
    return `what happened last is not saved: ${reasonOf(error)}`
  }
}

/** Instances are listed only when they are there. */
const addresses = ({ url, has }: Shown, { instances }: Configured): Row[] => [
  ['Swagger UI', `${url}/docs`],
  ['metrics', `${url}/metrics`],
  ['catalogue', `${url}/strategies/modules`],
  ...instances.filter(({ id }) => has(id)).map(({ id }): Row => [id, `${url}/strategy/instances/${id}/executions`]),
]

function named(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const left = names.length - MOST_TOLD
  return names.slice(0, MOST_TOLD).join(', ') + (left > 0 ? ` and ${left} more` : '')
}

function page(title: string, rows: readonly Row[]): string {
  const width = rows.reduce((most, [label]) => Math.max(most, label.length), LEAST_WIDTH)
  return [title, ...rows.map(([label, text]) => `  ${label.padEnd(width)}  ${plainText(text)}`), ''].join('\n')
}
