/** What happens is told once to everybody who follows it: at once, in order, and whatever others do of it. */
import { expect, test } from 'bun:test'
import type { AuditActivity, ProviderActivity } from '../../../src/runtime/activity/activity'
import { ActivityStream } from '../../../src/runtime/activity/activity-stream'

const provider = (name: string): ProviderActivity => ({
  kind: 'provider',
  provider: name,
  status: 'running',
  reason: undefined,
  isStale: false,
  timeMs: 1,
})
const entry = (subject: string): AuditActivity => ({
  kind: 'audit',
  entry: { timeMs: 1, who: 'ann', what: 'provider_started', subject },
})

function openStream() {
  const logged: unknown[][] = []
  return { logged, stream: new ActivityStream((...line) => void logged.push(line)) }
}

test('whoever follows a kind is told of each event of that kind before the publisher goes on', () => {
  const { stream, logged } = openStream()
  const told: unknown[] = []
  stream.observe('provider', (event) => told.push(['first', event]))
  stream.observe('provider', (event) => told.push(['second', event]))
  stream.observe('audit', (event) => told.push(['audit', event]))
  const event = provider('sim')
  stream.publish(event)
  expect(told).toEqual([
    ['first', event],
    ['second', event],
  ])
  expect(logged).toEqual([])
})

test('observers hear of what causes something before they hear of what it causes', () => {
  const { stream } = openStream()
  const told: string[] = []
  stream.react('provider', (event) => stream.publish(entry(event.provider)))
  stream.react('provider', (event) => told.push(`reacted to ${event.provider}`))
  for (const observer of ['a', 'b']) {
    stream.observe('provider', (event) => told.push(`${observer} ${event.provider}`))
    stream.observe('audit', (event) => told.push(`${observer} entry ${event.entry.subject}`))
  }
  stream.publish(provider('sim'))
  stream.publish(provider('tape'))
  const of = (name: string) => [`a ${name}`, `b ${name}`, `a entry ${name}`, `b entry ${name}`, `reacted to ${name}`]
  expect(told).toEqual([...of('sim'), ...of('tape')])
})

test('a subscriber that throws stops neither the others nor the publisher, and is in the log', () => {
  const { stream, logged } = openStream()
  const told: string[] = []
  const fault = new Error('of the subscriber')
  const fail = () => {
    throw fault
  }
  stream.observe('provider', fail)
  stream.observe('provider', () => told.push('observed'))
  stream.react('provider', fail)
  stream.react('provider', () => told.push('reacted'))
  stream.publish(provider('sim'))
  expect(told).toEqual(['observed', 'reacted'])
  const line = ['error', 'a subscriber failed when it was told of: provider', { error: fault }]
  expect(logged).toEqual([line, line])
})

test('who has left is told no more; who leaves or comes meanwhile changes nothing for that event', () => {
  const { stream } = openStream()
  const told: string[] = []
  const first = stream.observe('provider', ({ provider: name }) => {
    told.push(`first ${name}`)
    second[Symbol.dispose]()
    stream.observe('provider', ({ provider: other }) => told.push(`third ${other}`))
    first[Symbol.dispose]()
  })
  const second = stream.observe('provider', ({ provider: name }) => told.push(`second ${name}`))
  stream.publish(provider('sim'))
  expect(told.splice(0)).toEqual(['first sim', 'second sim'])
  stream.publish(provider('tape'))
  expect(told).toEqual(['third tape'])
})
