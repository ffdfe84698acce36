/** What an order manager makes of a venue that answers late, wrongly, twice or never. */
import { expect, test } from 'bun:test'
import type { Submission } from '../../src/execution/venue'
import { limit, order, trade } from '../trading/venue'
import { until } from '../until'
import { openPaper } from './paper'
import { RemoteExchange } from './remote-exchange'
import { report, type Told } from './reports'
import { OWNER, openStage, type Stage } from './stage'
import { PERFECT, Wire } from './wire'

function openWire(remote = new RemoteExchange(), settings: Parameters<typeof openStage>[1] = {}) {
  const wire = new Wire(remote)
  const stage = openStage(() => wire, settings)
  return { remote, wire, stage, [Symbol.dispose]: () => stage[Symbol.dispose]() }
}

const states = (stage: Stage) => stage.orders().map(({ clientOrderId, state }) => `${clientOrderId} ${state}`)
const heard = (stage: Stage) =>
  stage.told.map(({ order: { clientOrderId }, payload, fill }) =>
    [clientOrderId, payload.state, payload.filledQuantity, ...(fill ? [`+${fill.quantity}`] : [])].join(' '),
  )
const rests = limit('a', 'buy', '99', { quantity: '3' })

test('an order is durable before anything of it leaves', async () => {
  using opened = openWire()
  const { stage, remote } = opened
  const durable = stage.store.journal.durable.bind(stage.store.journal)
  const held = Promise.withResolvers<void>()
  stage.store.journal.durable = async () => {
    await held.promise
    return await durable()
  }
  stage.manager.submit(OWNER, rests, 0, false)
  // other calls come and go meanwhile
  stage.manager.submit(OWNER, limit('b', 'buy', '98'), 0, false)
  await Bun.sleep(0)
  expect([remote.has('a'), remote.has('b')]).toEqual([false, false])
  held.resolve()
  await until(() => remote.has('a') && remote.has('b'))
  expect(stage.orders().map(({ clientOrderId }) => clientOrderId)).toEqual(['b', 'a'])
})

test('an order that cannot be journalled never leaves, and is told so whatever else speaks against it', async () => {
  using opened = openWire(new RemoteExchange(), { refusal: () => 'trading was stopped meanwhile' })
  const { stage, remote } = opened
  stage.store.journal.durable = () => Promise.resolve(false)
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => stage.told.length === 1)
  expect(stage.told[0]?.payload).toMatchObject({ state: 'REJECTED', rejectReason: 'it cannot be journalled' })
  expect(remote.has('a')).toBe(false)
})

test('what its host could not know of is judged before the order leaves', async () => {
  using opened = openWire(new RemoteExchange(), { refusal: () => 'trading was stopped meanwhile' })
  const { stage, remote } = opened
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => stage.told.length === 1)
  const [shown] = stage.orders()
  expect(shown).toMatchObject({ state: 'REJECTED', rejectReason: 'trading was stopped meanwhile' })
  expect(shown?.exchangeOrderId).toBeUndefined()
  expect(remote.has('a')).toBe(false)
})

test('an order whose answer is lost is unknown, counts as open, and is what the venue says when it can be asked', async () => {
  const remote = new RemoteExchange()
  let isLosing = true
  // calls are done and not answered, and reports are lost
  class Losing extends Wire {
    override async submit(submission: Submission): Promise<void> {
      await super.submit(submission)
      throw new Error('connection reset')
    }
    override order(owner: string, clientOrderId: string) {
      return isLosing ? Promise.reject(new Error('busy')) : super.order(owner, clientOrderId)
    }
  }
  using stage = openStage(() => new Losing(remote, { ...PERFECT, lost: 1 }, () => (isLosing ? 0 : 1)))
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a UNKNOWN')
  expect(remote.has('a')).toBe(true)
  expect(stage.told).toEqual([])
  expect(stage.orders()[0]?.exchangeOrderId).toBeUndefined()
  expect(stage.manager.scopeOf(OWNER, []).openOrders.map(({ order: { clientOrderId } }) => clientOrderId)).toEqual([
    'a',
  ])
  isLosing = false
  await until(() => states(stage).join() === 'a ACK')
  expect(heard(stage)).toEqual(['a ACK 0'])
  remote.observe(trade(1000, '98', '5'))
  await until(() => states(stage).join() === 'a FILLED')
  expect(heard(stage)).toEqual(['a ACK 0', 'a FILLED 3 +3'])
})

test('an order that the venue has never heard of is rejected, once it can no longer be under way, and not sent again', async () => {
  const remote = new RemoteExchange()
  const lost = new Set<string>()
  class Losing extends Wire {
    override submit(): Promise<void> {
      lost.add('a')
      return Promise.reject(new Error('connection reset'))
    }
  }
  using stage = openStage(() => new Losing(remote))
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a UNKNOWN')
  await until(() => states(stage).join() === 'a REJECTED')
  expect(stage.orders()[0]?.rejectReason).toBe('it never arrived at the venue')
  expect(heard(stage)).toEqual(['a REJECTED 0'])
  expect([lost.size, remote.has('a')]).toEqual([1, false])
})

test('an order that arrives after it was given up is cancelled there, and what it has traded is booked', async () => {
  using opened = openWire()
  const { stage, remote, wire } = opened
  wire.isReachable = false
  // reports are lost as well while it cannot be reached
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a REJECTED')
  wire.isReachable = true
  remote.submit('1', rests)
  remote.submit('1', limit('b', 'buy', '99', { quantity: '3' }))
  await until(() => remote.exchange.openAt('1').every(({ clientOrderId }) => clientOrderId !== 'a'))
  // nobody here knows of the other one
  expect(remote.exchange.openAt('1').map(({ clientOrderId }) => clientOrderId)).toEqual(['b'])
  expect(stage.logged).toContain('an order that was given up is open at its venue, and is cancelled')
  expect(states(stage)).toEqual(['a REJECTED'])
})

test.each<[string, Told[], string[]]>([
  [
    'an execution that is told twice, by its name',
    [
      ['ACK', '0'],
      ['PARTIAL', '1', '1', 'e1'],
      ['PARTIAL', '1', '1', 'e1'],
      ['FILLED', '3', '2', 'e2'],
      ['FILLED', '3', '2', 'e2'],
    ],
    ['a ACK 0', 'a PARTIAL 1 +1', 'a FILLED 3 +2'],
  ],
  [
    'an execution that is told twice, by the quantity',
    [
      ['ACK', '0'],
      ['PARTIAL', '1', '1'],
      ['PARTIAL', '1', '1'],
      ['PARTIAL', '2', '1'],
      ['PARTIAL', '1', '1'],
    ],
    ['a ACK 0', 'a PARTIAL 1 +1', 'a PARTIAL 2 +1'],
  ],
  [
    'executions out of order',
    [
      ['FILLED', '3', '1', 'e3'],
      ['PARTIAL', '2', '1', 'e2'],
      ['ACK', '0'],
      ['PARTIAL', '1', '1', 'e1'],
    ],
    ['a ACK 0', 'a PARTIAL 1 +1', 'a PARTIAL 2 +1', 'a FILLED 3 +1'],
  ],
  [
    'an acknowledgement after an execution',
    [
      ['PARTIAL', '1', '1'],
      ['ACK', '0'],
      ['ACK', '1'],
    ],
    ['a PARTIAL 1 +1'],
  ],
  [
    'an acknowledgement that is told twice',
    [
      ['ACK', '0'],
      ['ACK', '0'],
    ],
    ['a ACK 0'],
  ],
  [
    'anything after the end',
    [
      ['ACK', '0'],
      ['CANCELLED', '0'],
      ['ACK', '0'],
      ['CANCELLED', '0'],
      ['REJECTED', '0'],
      ['EXPIRED', '0'],
    ],
    ['a ACK 0', 'a CANCELLED 0'],
  ],
  [
    'an end before the execution that came before it',
    [
      ['CANCELLED', '1'],
      ['PARTIAL', '1', '1'],
    ],
    ['a PARTIAL 1 +1', 'a CANCELLED 1'],
  ],
  [
    'an execution after the end, which is booked and changes the end in nothing',
    [
      ['CANCELLED', '0'],
      ['PARTIAL', '1', '1', 'e1'],
      ['PARTIAL', '1', '1', 'e1'],
    ],
    ['a CANCELLED 0', 'a CANCELLED 1 +1'],
  ],
])('%s', async (_, told, expected) => {
  const wire = new Silent(new RemoteExchange())
  using stage = openStage(() => wire)
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => wire.submitted === 1)
  for (const one of told) stage.manager.reported([report(...one)])
  expect(heard(stage)).toEqual(expected)
  const booked = expected.filter((line) => line.includes('+')).length
  expect(stage.executions()).toHaveLength(booked)
})

/** It takes orders, and tells nothing by itself. */
class Silent extends Wire {
  submitted = 0
  override async submit(): Promise<void> {
    this.submitted++
  }
  override order(): Promise<never> {
    return Promise.reject(new Error('busy'))
  }
  override openOrders(): Promise<never> {
    return Promise.reject(new Error('busy'))
  }
}

test('at a start the venue is asked: what happened meanwhile is booked, what never arrived is rejected', async () => {
  const remote = new RemoteExchange()
  let directory = ''
  {
    using opened = openWire(remote)
    const { stage, wire } = opened
    stage.manager.submit(OWNER, rests, 0, false)
    stage.manager.submit(OWNER, limit('b', 'buy', '98'), 0, false)
    await until(() => states(stage).join() === 'b ACK,a ACK')
    stage.manager.submit(OWNER, order({ clientOrderId: 'c' }), 0, false)
    // in the journal, and not yet on its way
    stage.store.commit()
    wire.cut()
    directory = stage.copy()
  }
  remote.observe(trade(1000, '98.5', '1'))
  remote.observe(trade(2000, '98.5', '1'))
  remote.cancel('1', 'b')
  using opened = openWire(remote, { directory })
  const { stage } = opened
  await until(() => states(stage).join() === 'c REJECTED,b CANCELLED,a PARTIAL')
  expect(heard(stage).filter((line) => line.startsWith('a'))).toEqual(['a PARTIAL 1 +1', 'a PARTIAL 2 +1'])
  expect(stage.told[0]?.payload.avgFillPrice).toBe('99')
  expect(stage.executions().map(({ quantity, tradedAt }) => [quantity, tradedAt])).toEqual([
    ['1', '1970-01-01T00:00:02.000Z'],
    ['1', '1970-01-01T00:00:01.000Z'],
  ])
  expect(remote.has('c')).toBe(false)
})

test('a venue that cannot be reached at a start leaves orders unknown, and they are told of nothing new when it can', async () => {
  const remote = new RemoteExchange()
  let directory = ''
  {
    using opened = openWire(remote)
    opened.stage.manager.submit(OWNER, rests, 0, false)
    await until(() => states(opened.stage).join() === 'a ACK')
    opened.wire.cut()
    directory = opened.stage.copy()
  }
  const wire = new Wire(remote)
  wire.isReachable = false
  using stage = openStage(() => wire, { directory })
  await until(() => states(stage).join() === 'a UNKNOWN')
  stage.manager.submit(OWNER, limit('b', 'buy', '98'), 0, false)
  await until(() => states(stage).join() === 'b REJECTED,a UNKNOWN')
  expect(stage.orders()[0]?.rejectReason).toBe('the venue cannot be reached')
  wire.isReachable = true
  await until(() => states(stage).join() === 'b REJECTED,a ACK')
  expect(heard(stage)).toEqual(['b REJECTED 0'])
})

test('a cancel is insisted on until the venue has got it', async () => {
  using opened = openWire()
  const { stage, remote, wire } = opened
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a ACK')
  wire.isReachable = false
  stage.manager.cancelAll(OWNER, 0)
  expect(remote.exchange.openAt('1')).toHaveLength(1)
  wire.isReachable = true
  await until(() => states(stage).join() === 'a CANCELLED')
  expect(heard(stage)).toEqual(['a ACK 0', 'a CANCELLED 0'])
})

test('an account is left when its orders are cancelled at the venue, and what that takes is still booked', async () => {
  using opened = openWire()
  const { stage, remote, wire } = opened
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a ACK')
  wire.isReachable = false
  stage.manager.leave(OWNER, 0)
  remote.observe(trade(1000, '98', '1'))
  wire.isReachable = true
  await until(() => !stage.manager.knows(OWNER))
  await until(() => states(stage).join() === 'a CANCELLED')
  expect(stage.executions()).toHaveLength(1)
})

test('an order of an owner without an account is rejected', () => {
  const { stage, venue } = openPaper()
  using _ = stage
  venue.observe([trade(1000, '100')])
  const stranger = { key: 2, id: 'stranger' }
  stage.manager.submit(stranger, rests, 1000, false)
  expect(stage.store.journal.lastReport(2, 'a')?.rejectReason).toBe('there is no account at paper')
})

test('an order that the simulated exchange had not acknowledged when the gateway died is acknowledged at the next start', () => {
  let directory = ''
  {
    const { stage } = openPaper()
    using _ = stage
    stage.store.journal.ordered(OWNER.key, { ...rests, provider: 'paper' }, 7)
    stage.store.commit()
    directory = stage.copy()
  }
  const { stage, venue } = openPaper({ directory })
  using _ = stage
  expect(states(stage)).toEqual(['a ACK'])
  expect(heard(stage)).toEqual(['a ACK 0'])
  venue.observe([trade(1000, '98', '5')])
  expect(heard(stage)).toEqual(['a ACK 0', 'a FILLED 3 +3'])
})

test('an execution that was booked before a start is not booked again, whatever total it is told with', async () => {
  let directory = ''
  {
    const wire = new Silent(new RemoteExchange())
    using stage = openStage(() => wire)
    stage.manager.submit(OWNER, rests, 0, false)
    await until(() => wire.submitted === 1)
    stage.manager.reported([report('ACK', '0'), report('PARTIAL', '1', '1', 'e1')])
    stage.store.commit()
    directory = stage.copy()
  }
  using stage = openStage(() => new Silent(new RemoteExchange()), { directory })
  stage.manager.reported([report('PARTIAL', '2', '1', 'e1')])
  expect([states(stage), stage.executions().length, stage.told]).toEqual([['a PARTIAL'], 1, []])
  stage.manager.reported([report('PARTIAL', '2', '1', 'e2')])
  expect([states(stage), stage.executions().length, heard(stage)]).toEqual([['a PARTIAL'], 2, ['a PARTIAL 2 +1']])
})
