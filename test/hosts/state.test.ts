import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../until'
import { Hosts } from './hosts'

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start({ saveEveryMs: 5 })
})
afterAll(() => hosts[Symbol.asyncDispose]())

test('helpers.state is saved soon after it changed, and only then', async () => {
  const heard = await hosts.launch(
    'saving',
    `return { onTrade(ctx, e, p, price) { helpers.state.last = Math.floor(price / 10) } }`,
  )
  hosts.publish(hosts.trade('11'))
  await heard.until(({ states }) => states.length === 1)
  hosts.publish(hosts.trade('12'))
  hosts.publish(hosts.trade('25'))
  await heard.until(({ states }) => states.at(-1) === '{"last":2}')
  expect(heard.states).toEqual(['{"last":1}', '{"last":2}'])
})

test('a state that cannot be kept is said to be once, and the last good one stays', async () => {
  const body = `return { onTrade(ctx, e, p, price) { helpers.state.all = price === 1 ? 'good' : 'x'.repeat(300000) } }`
  const heard = await hosts.launch('large', body)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ states }) => states.length === 1)
  hosts.publish(hosts.trade('2'))
  await heard.until(({ notices }) => notices.length === 1)
  expect(heard.notices[0]).toContain('it is not saved')
  hosts.publish(hosts.trade('3'))
  expect((await hosts.pool.stop('large')).state).toBe('{"all":"good"}')
  expect(heard.notices).toHaveLength(1)
})

test('an instance goes on from the checkpoint of its stop, with all it had in memory', async () => {
  const body = `let sum = 0
    return { onTrade(ctx, evt, payload, price) { sum += price; helpers.log(sum, evt.symbol) } }`
  const first = await hosts.launch('checked', body)
  hosts.publish(hosts.trade('1'), hosts.trade('2'))
  await first.until(({ printed }) => printed.length === 2)
  const { checkpoint } = await hosts.pool.stop('checked')
  expect(checkpoint!.length).toBeLessThan(600_000)
  await using others = await Hosts.start()
  // Words get other numbers there.
  await others.launch('other', 'return { onTrade() {} }')
  others.publish(others.trade('5', { provider: 'strange' }))
  const again = await others.launch('checked', body, { checkpoint: checkpoint! })
  others.publish(others.trade('3'))
  await again.until(({ printed }) => printed.length === 1)
  expect(again.printed).toEqual(['6 BTC-USDT'])
})

test('a state that was taken over by another program, or would have been, is saved although it does not change again', async () => {
  const body = `return { onTrade(ctx, e, p, price) { helpers.state.last = price } }`
  await using seldom = await Hosts.start({ saveEveryMs: 500 })
  const rolled = await seldom.launch('rolled', body)
  const kept = await seldom.launch('kept', body)
  seldom.pool.publish([seldom.trade('1')], true)
  await seldom.pool.drained()
  await seldom.pool.roll(await seldom.spec('rolled', body))
  const broken = seldom.spec('kept', `throw new Error('not today')`).then((spec) => seldom.pool.roll(spec))
  expect(broken).rejects.toMatchObject({ code: 'launch_failed' })
  await Promise.all([rolled, kept].map((heard) => heard.until(({ states }) => states.length > 0)))
  expect([rolled.states, kept.states]).toEqual([['{"last":1}'], ['{"last":1}']])
})

const BURNING = `return { onTrade(ctx, e, p, price) {
    if (price === 1) helpers.state.burning = { toJSON() { for (;;); } }
  } }`

test('a state that takes for ever to read ends its own instance, and never its host', async () => {
  const counting = 'let n = 0\nreturn { onTrade() { helpers.state.n = ++n } }'
  const neighbour = await hosts.launch('beside burning', counting)
  const burning = await Promise.all(Array.from({ length: 6 }, (_, i) => hosts.launch(`burning ${i}`, BURNING)))
  const { pid } = hosts
  hosts.publish(hosts.trade('1'))
  for (const heard of burning) await heard.until(({ failures }) => failures.length === 1)
  expect(burning[0]!.failures[0]).toStartWith('helpers.state of probe.js ran over its time limit at probe.js:4:')
  hosts.publish(hosts.trade('2'))
  await neighbour.until(({ states }) => states.at(-1) === '{"n":2}')
  expect(hosts.pid).toBe(pid)
  expect(hosts.pool.running('burning 0')).toBe(false)
})

test('nor does a stop or another program wait for it longer than for an event', async () => {
  await using seldom = await Hosts.start({ saveEveryMs: 60_000_000 })
  for (const id of ['stopped', 'rolled']) await seldom.launch(id, BURNING, { state: '{"kept":1}' })
  const { pid } = seldom
  seldom.pool.publish([seldom.trade('1')], true)
  await seldom.pool.drained()
  expect((await seldom.pool.stop('stopped')).state).toBe('{"kept":1}')
  const failure = await seldom.pool.roll(await seldom.spec('rolled', 'return {}')).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'launch_failed', message: 'the instance runs no more' })
  await until(() => !seldom.pool.running('rolled'))
  expect(seldom.pid).toBe(pid)
})
