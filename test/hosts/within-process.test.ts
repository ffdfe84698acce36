/** All that a pool does over a link that shares neither disk nor memory nor clock with its hosts. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import type { FromHost } from '../../src/protocol/messages'
import { until } from '../until'
import { filled, Hosts, orderOf } from './hosts'
import { hostsWithin } from './within-process'

setDefaultTimeout(60_000)

const BUYER = `return {
  onTrade(ctx, evt, payload, price) {
    helpers.state.seen = (helpers.state.seen ?? 0) + 1
    helpers.log('trade', price)
    if (price === 1) runtime.submitMarketOrder('', 'buy', '2')
  },
  onOrderFilled(ctx, evt, payload) { helpers.log('filled', payload.avgFillPrice, runtime.position().quantity) },
}`

test('instances are launched, fed, told, rolled and stopped', async () => {
  await using hosts = await Hosts.start({ connect: hostsWithin() })
  const heard = await hosts.launch('buyer', BUYER)
  hosts.publish(hosts.trade('1'))
  await heard.until(({ orders }) => orders.length === 1)
  hosts.pool.report('buyer', 'sim', filled(heard.orders[0]!, '5'), 3)
  await heard.until(({ toldOf }) => toldOf.length === 1)
  await hosts.pool.drained()
  expect([heard.printed, heard.toldOf]).toEqual([['trade 1', 'filled 5 2'], [3]])
  await hosts.pool.roll(await hosts.spec('buyer', `return { onTrade() { helpers.log('rolled', helpers.state.seen) } }`))
  hosts.publish(hosts.trade('2'))
  await heard.until(({ printed }) => printed.includes('rolled 1'))
  const { state, stats } = await hosts.pool.stop('buyer')
  expect([state, stats.orders]).toEqual(['{"seen":1}', 0])
})

/** What a host says that was taken over, about the instance 2: the first number is that of the source. */
const LIES: [what: string, lie: FromHost, reason: RegExp][] = [
  [
    'makes an order of another instance',
    {
      kind: 'acts',
      number: 2,
      first: 0,
      acts: [{ kind: 'ordered', order: orderOf('other-1-1'), timeMs: 1 }],
      handled: 0,
    },
    /the instance honest gives an order an id that is not its next$/,
  ],
  [
    'speaks of an instance that is not its own',
    { kind: 'state', number: 99, state: '{}' },
    /an instance 99, which was never its own$/,
  ],
  [
    'has handled what it was not sent',
    { kind: 'handled', own: [{ number: 2, handled: 1 }] },
    /has handled 1 reports, and was sent 0$/,
  ],
  ['has worked what it was not sent', { kind: 'worked', behind: false }, /it has worked a batch that it was not sent$/],
]

test.each(LIES)(
  'a host that %s is ended, however often; its instances go on, and nobody is blamed',
  async (_, lie, reason) => {
    let lying = 0
    const said: string[] = []
    await using hosts = await Hosts.start({
      connect: hostsWithin((gateway, message) => {
        gateway.send(message)
        if (message.kind !== 'logs' || lying === 0) return
        lying--
        gateway.send(lie)
      }),
      log: (level, message) => void said.push(`${level} ${message}`),
    })
    const heard = await hosts.launch('honest', BUYER)
    for (let death = 1; death <= 4; death++) {
      lying = 1
      hosts.publish(hosts.trade('7'))
      await heard.until(({ restarts }) => restarts.length === death)
    }
    expect(said).toHaveLength(4)
    for (const line of said) {
      expect(line).toStartWith('warn a sandbox host died: it has said what it must not: ')
      expect(line).toMatch(reason)
    }
    const before = heard.printed.length
    hosts.publish(hosts.trade('1'))
    await until(() => heard.printed.length > before)
    await heard.until(({ orders }) => orders.length === 1)
    expect([heard.failures, heard.states.includes('{}')]).toEqual([[], false])
  },
)

test('a launch during which its host lies is tried in the next one', async () => {
  let lying = 1
  await using hosts = await Hosts.start({
    connect: hostsWithin((gateway, message) => {
      if (message.kind === 'logs' && lying-- > 0) gateway.send({ kind: 'state', number: 99, state: '{}' })
      else gateway.send(message)
    }),
  })
  const heard = await hosts.launch('late', `helpers.log('born'); return {}`)
  expect([heard.printed, hosts.pool.hosts()]).toEqual([
    ['born'],
    [{ place: 'this process', instances: 1, restarts: 1 }],
  ])
})
