/** What a gateway tells of itself: each thing that happens once, after it has, with what it is about. */
import { expect, test } from 'bun:test'
import type { Activity, ActivityKind } from '../../../src/runtime/activity/activity'
import { finish } from '../../../src/store/reading'
import { BTC, everything, type House, until } from '../house'
import { houses } from '../houses'
import { buyer } from '../strategies'

const { openHouse } = houses()

const KINDS: Record<ActivityKind, true> = {
  order: true,
  fill: true,
  log: true,
  exception: true,
  state: true,
  tag: true,
  revision: true,
  audit: true,
  provider: true,
  rollout: true,
  risk: true,
}

/** Everything of these kinds from now on, in a few words each. */
function follow({ runtime }: House, ...kinds: ActivityKind[]): string[] {
  const told: string[] = []
  for (const kind of kinds) runtime.activity.observe(kind, (event) => told.push(wordsOf(event)))
  return told
}

function wordsOf(event: Activity): string {
  switch (event.kind) {
    case 'order':
      return `order ${event.instance} ${event.what} ${event.report?.payload.state ?? event.order.side}`
    case 'fill':
      return `fill ${event.instance} ${event.provider} ${event.fill.quantity} @ ${event.fill.price}`
    case 'log':
      return `log ${event.instance} ${event.line.source}`
    case 'exception':
      return `exception ${event.instance} ${event.exceptions}`
    case 'state':
      return `state ${event.instance} ${event.state}`
    case 'tag':
      return `${event.change.kind} ${event.change.tag}`
    case 'revision':
      return event.change.kind
    case 'audit':
      return `audit ${event.entry.what}`
    case 'provider':
      return `provider ${event.provider} ${event.status}${event.isStale ? ' stale' : ''}`
    case 'rollout':
      return `rollout ${event.strategy}:${event.tag} ${event.what}`
    case 'risk':
      return `risk ${event.what}`
  }
}

test('an order, its fill and what its instance does are told in the order in which they happen', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'ann')
  const told = follow(house, 'order', 'fill', 'state', 'risk')
  const strategy = { identifier: 'buyer', config: { dry_run: false } }
  const scope = { tape: { symbols: [BTC] } }
  await house.runtime.instances.create({ id: 'b1', strategy, scope, autostart: true }, 'ann')
  house.tape.trades('tape', BTC, '100')
  await until(() => told.some((text) => text.startsWith('order b1 reported')))
  house.tape.trades('tape', BTC, '101')
  await until(() => told.some((text) => text.startsWith('fill')))
  const [execution] = finish(house.runtime.records.executions('b1', everything)).items
  house.runtime.risk.kill({ instance: 'b1' }, 'ann')
  house.runtime.risk.resume({ instance: 'b1' }, 'ann')
  await house.runtime.instances.stop('b1', 'ann')
  await house.runtime.instances.remove('b1', 'ann')
  expect(told).toEqual([
    'state b1 created',
    'state b1 starting',
    'state b1 running',
    'order b1 sent buy',
    'order b1 reported ACK',
    'order b1 reported FILLED',
    `fill b1 tape ${execution?.quantity} @ ${execution?.price}`,
    'risk killed',
    'risk resumed',
    'state b1 stopping',
    'state b1 stopped',
    'state b1 removed',
  ])
})

test('changes by operators are told with their entries, and what a dry run holds back as that', async () => {
  await using house = await openHouse()
  const told = follow(house, ...(Object.keys(KINDS) as ActivityKind[]).filter((kind) => kind !== 'log'))
  await house.upload(buyer)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'ann')
  const scope = { tape: { symbols: [BTC] } }
  await house.runtime.instances.create({ id: 'b1', strategy: { identifier: 'buyer' }, scope, autostart: true }, 'ann')
  house.tape.trades('tape', BTC, '100')
  await until(() => told.includes('order b1 skipped buy'))
  await house.runtime.instances.remove('b1', 'ann')
  await house.runtime.providers.stop('tape', 'ann')
  await house.runtime.providers.remove('tape', 'ann')
  const audited = told.filter((text) => text.startsWith('audit '))
  const entries = finish(house.runtime.records.audit(everything)).items
  expect(audited).toEqual(entries.map(({ what }) => `audit ${what}`).reverse())
  expect(told.slice(0, 4)).toEqual(['upload', 'audit upload', 'tag-moved v1', 'audit tag_moved'])
  expect(told).toContain('provider tape running')
  expect(told.filter((text) => text.startsWith('provider')).at(-1)).toStartWith('provider tape removed')
})

test('what a strategy logs, and what is logged for it, are told as they are kept', async () => {
  await using house = await openHouse()
  await house.upload(buyer)
  await house.runtime.providers.create({ name: 'tape', adapter: { identifier: 'tape' } }, 'ann')
  const told: string[] = []
  house.runtime.activity.observe('log', ({ instance, line }) => told.push(`${instance}: ${line.message}`))
  const scope = { tape: { symbols: [BTC] } }
  await house.runtime.instances.create({ id: 'b1', strategy: { identifier: 'buyer' }, scope, autostart: true }, 'ann')
  house.tape.trades('tape', BTC, '100')
  await until(() => told.length > 0)
  await house.runtime.instances.stop('b1', 'ann')
  expect(told).toEqual(house.lines('b1').map((line) => `b1: ${line}`))
})
