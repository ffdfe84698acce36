/** Limits of instances in their hosts: known at the launch, changed while they run, and known again to the next host. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { RiskTerms } from '../../src/trading/risk/gate'
import { Hosts } from './hosts'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

let hosts: Hosts
beforeAll(async () => {
  hosts = await Hosts.start()
})
afterAll(() => hosts[Symbol.asyncDispose]())

const ORDERING = `return { onTrade() {
  try { runtime.submitMarketOrder('', 'buy', '2') } catch (error) { helpers.log(error.message) }
} }`
const TERMS: RiskTerms = { limits: { sim: { maxPositionSize: '1' } }, halts: {}, breakers: {} }
const TOO_LARGE = 'the position in BTC-USDT could become 2, the limit is 1'

const launch = (id: string, terms?: RiskTerms) => hosts.launch(id, ORDERING, {}, terms)

test('limits bind from the launch on, and others as soon as they are told', async () => {
  const heard = await launch('bound', TERMS)
  hosts.publish(hosts.trade('100'))
  await heard.until(({ refusals, lines }) => refusals.length === 1 && lines.length === 1)
  expect(heard.printed).toEqual([TOO_LARGE])
  expect(heard.refusals[0]).toMatchObject({ provider: 'sim', symbol: 'BTC-USDT', untold: false })
  hosts.pool.limit('bound', { limits: {}, halts: {} })
  hosts.publish(hosts.trade('100'))
  await heard.until(({ orders }) => orders.length === 1)
  hosts.pool.limit('bound', { limits: {}, halts: { sim: 'stopped' } })
  hosts.publish(hosts.trade('100'))
  await heard.until(({ lines }) => lines.length === 2)
  expect(heard.printed).toEqual([TOO_LARGE, 'stopped'])
  await hosts.pool.stop('bound')
})

test('the next host knows what bound an instance when its host died', async () => {
  const heard = await launch('fallen')
  heard.terms = TERMS
  process.kill(hosts.pid, 'SIGKILL')
  await heard.until(({ restarts }) => restarts.length === 1)
  hosts.publish(hosts.trade('100'))
  await heard.until(({ lines }) => lines.length === 1)
  expect([heard.printed, heard.orders]).toEqual([[TOO_LARGE], []])
  await hosts.pool.stop('fallen')
})

test('another revision goes on counting the breaches of the one before', async () => {
  const circuitBreaker = { enabled: true, threshold: 2, cooldown: '1h' }
  const heard = await launch('rolled', { ...TERMS, limits: { sim: { maxPositionSize: '1', circuitBreaker } } })
  hosts.publish(hosts.trade('100'))
  await heard.until(({ refusals }) => refusals.length === 1)
  await hosts.pool.roll(await hosts.spec('rolled', `${ORDERING} // another one`))
  hosts.publish(hosts.trade('100'), hosts.trade('100'))
  await heard.until(({ refusals }) => refusals.length === 3)
  expect(heard.refusals.map(({ refusal }) => refusal.breach.type)).toEqual([
    'POSITION_LIMIT',
    'POSITION_LIMIT',
    'CIRCUIT_BREAKER',
  ])
  await hosts.pool.stop('rolled')
})
