/** Calls to a venue outside of this process that come late, or never. */
import { expect, test } from 'bun:test'
import type { OrderStanding, Submission, VenueReport } from '../../src/execution/venue'
import type { OrderContext } from '../../src/trading/risk/rules'
import { limit, order, SYMBOL, trade } from '../trading/venue'
import { until } from '../until'
import { RemoteExchange } from './remote-exchange'
import { report } from './reports'
import { OWNER, openStage, SHORT, type Stage } from './stage'
import { Wire } from './wire'

const rests = limit('a', 'buy', '99', { quantity: '3' })
const states = (stage: Stage) => stage.orders().map(({ clientOrderId, state }) => `${clientOrderId} ${state}`)

/** What is asked of the venue, by its name and the order. */
class Watched extends Wire {
  readonly calls: string[] = []
  /** What goes wrong with a call. */
  broken: (call: string) => Promise<never> | Promise<void> | undefined = () => undefined

  override openAccount(opening: Parameters<Wire['openAccount']>[0]): Promise<void> {
    return this.asked('openAccount', () => super.openAccount(opening))
  }
  override closeAccount(owner: string): Promise<void> {
    return this.asked('closeAccount', () => super.closeAccount(owner))
  }
  override submit(submission: Submission): Promise<void> {
    return this.asked(`submit ${submission.order.clientOrderId}`, () => super.submit(submission))
  }
  override cancel(owner: string, clientOrderId: string): Promise<void> {
    return this.asked(`cancel ${clientOrderId}`, () => super.cancel(owner, clientOrderId))
  }
  override order(owner: string, clientOrderId: string): Promise<OrderStanding | undefined> {
    return this.asked(`order ${clientOrderId}`, () => super.order(owner, clientOrderId))
  }
  override openOrders(owner: string): Promise<OrderStanding[]> {
    return this.asked('openOrders', () => super.openOrders(owner))
  }

  times(call: string): number {
    return this.calls.filter((one) => one === call).length
  }

  private async asked<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.calls.push(name)
    await this.broken(name)
    return await call()
  }
}

/** Nothing takes so long, however busy the machine is. */
const LONG = { ...SHORT, answerMs: 60_000 }

function watched(settings: Parameters<typeof openStage>[1] = {}) {
  const remote = new RemoteExchange()
  const wire = new Watched(remote)
  const stage = openStage(() => wire, { patience: LONG, ...settings })
  return { remote, wire, stage, [Symbol.dispose]: () => stage[Symbol.dispose]() }
}

const never = () => new Promise<never>(() => undefined)
const failed = () => Promise.reject(new Error('busy'))

test('an order leaves when its account is open, and a call that failed is made again', async () => {
  using opened = watched()
  const { wire, stage } = opened
  wire.calls.length = 0
  let failures = 2
  const gate = Promise.withResolvers<void>()
  wire.broken = (call) => {
    if (call !== 'openAccount') return undefined
    return failures-- > 0 ? failed() : gate.promise
  }
  stage.manager.openAccounts(OWNER, [SYMBOL], 0)
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => wire.times('openAccount') === 3)
  expect(wire.times('submit a')).toBe(0)
  gate.resolve()
  await until(() => states(stage).join() === 'a ACK')
  expect(wire.times('submit a')).toBe(1)
})

test('an order that is on its way is not asked for, and is cancelled only when it has arrived', async () => {
  using opened = watched()
  const { wire, stage } = opened
  const { journal } = stage.store
  const held = Promise.withResolvers<void>()
  const durable = journal.durable.bind(journal)
  journal.durable = async () => {
    await held.promise
    return await durable()
  }
  stage.manager.submit(OWNER, rests, 0, false)
  stage.manager.cancel(OWNER, 'a', 0, false)
  const looks = wire.times('openOrders')
  // a look at what is open is answered before the next one begins to wait
  await until(() => wire.times('openOrders') > looks + 2)
  expect(wire.calls.filter((call) => call.endsWith(' a'))).toEqual([])
  held.resolve()
  await until(() => states(stage).join() === 'a CANCELLED')
  expect(wire.calls.filter((call) => /(?:submit|cancel) a$/.test(call))).toEqual(['submit a', 'cancel a'])
})

test('an order without an answer in time is unknown, and the venue is asked for it', async () => {
  // nothing else finds it
  using opened = watched({ patience: { ...SHORT, lookEveryMs: 600_000 } })
  const { wire, stage } = opened
  wire.broken = (call) => (call === 'submit a' ? never() : undefined)
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => stage.manager.unknownOrders().length > 0)
  expect(stage.manager.unknownOrders()).toEqual([{ instance: 'me', clientOrderId: 'a' }])
  await until(() => states(stage).join() === 'a REJECTED')
  expect(stage.manager.unknownOrders()).toEqual([])
  expect(stage.orders()[0]?.rejectReason).toBe('it never arrived at the venue')
  expect(stage.logged).toContain('order unknown')
  expect(stage.happened).toContain('doubted me a of which nothing was known')
})

test('an answer that leaves out what was traded is none, and the venue is asked again', async () => {
  const traded = report('PARTIAL', '2', '2', 'e1').report
  let asked = 0
  class Vague extends Wire {
    override submit(): Promise<void> {
      return failed()
    }
    override async order(): Promise<OrderStanding> {
      return { payload: traded.payload, executions: ++asked < 3 ? [] : [{ executionId: 'e1', fill: traded.fill! }] }
    }
  }
  const patience = { ...SHORT, lookEveryMs: 600_000 }
  using stage = openStage(() => new Vague(new RemoteExchange()), { patience })
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a PARTIAL')
  expect([asked, stage.executions().map(({ quantity }) => quantity)]).toEqual([3, ['2']])
})

test('a cancel that the venue has answered and not done is asked for again', async () => {
  using opened = watched()
  const { wire, stage, remote } = opened
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a ACK')
  const lost = wire.cancel.bind(wire)
  let isLost = true
  wire.cancel = async (owner, id) => {
    if (!isLost) return await lost(owner, id)
    isLost = false
  }
  stage.manager.cancel(OWNER, 'a', 0, false)
  await until(() => states(stage).join() === 'a CANCELLED')
  expect(remote.exchange.openAt('1')).toEqual([])
})

test("another owner's order is not cancelled, nor asked to be", async () => {
  using opened = watched()
  const { wire, stage } = opened
  const other = { key: 2, id: 'other' }
  stage.manager.openAccounts(other, [SYMBOL], 0)
  stage.manager.submit(OWNER, rests, 0, false)
  stage.manager.submit(other, limit('b', 'buy', '90'), 0, false)
  await until(() => wire.times('submit b') === 1 && states(stage).join() === 'a ACK')
  stage.manager.cancel(other, 'a', 0, false)
  stage.manager.cancelAll(other, 0)
  await until(() => stage.store.journal.lastReport(2, 'b')?.state === 'CANCELLED')
  expect(wire.times('cancel a')).toBe(0)
  expect(states(stage)).toEqual(['a ACK'])
})

test('an account is closed after its orders are cancelled, and left when the end of each is known', async () => {
  using opened = watched()
  const { wire, stage, remote } = opened
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a ACK')
  const gate = Promise.withResolvers<void>()
  wire.broken = (call) => (call === 'cancel a' ? gate.promise : undefined)
  // nothing is told of its own accord
  remote.outlet = () => undefined
  wire.calls.length = 0
  stage.manager.leave(OWNER, 0)
  await until(() => wire.times('cancel a') > 0)
  expect([wire.times('closeAccount'), stage.manager.knows(OWNER)]).toEqual([0, true])
  gate.resolve()
  await until(() => !stage.manager.knows(OWNER))
  expect(states(stage)).toEqual(['a CANCELLED'])
  expect(wire.calls.indexOf('closeAccount')).toBeGreaterThan(wire.calls.indexOf('cancel a'))
  // nobody looks at it any more
  const looks = wire.times('openOrders')
  stage.manager.interrupted()
  expect(wire.times('openOrders')).toBe(looks)
})

test('an account that is opened again while it is left stays', async () => {
  using opened = watched()
  const { wire, stage } = opened
  const gate = Promise.withResolvers<void>()
  wire.broken = (call) => (call === 'closeAccount' ? gate.promise : undefined)
  stage.manager.leave(OWNER, 0)
  await until(() => wire.times('closeAccount') > 0)
  stage.manager.openAccounts(OWNER, [SYMBOL], 0)
  gate.resolve()
  await until(() => !wire.calls.slice(-1).includes('closeAccount'))
  expect(stage.manager.knows(OWNER)).toBe(true)
})

test('after an interruption it is looked at once what is open there', async () => {
  using opened = watched()
  const { wire, stage, remote } = opened
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a ACK')
  remote.outlet = () => undefined
  remote.observe(trade(1000, '98', '1'))
  const looks = wire.times('openOrders')
  stage.manager.interrupted()
  expect(wire.times('openOrders')).toBe(looks + 1)
  await until(() => states(stage).join() === 'a PARTIAL')
})

test('after the end nothing is asked, sent or written any more', async () => {
  using opened = watched()
  const { wire, stage } = opened
  const held = Promise.withResolvers<boolean>()
  stage.store.journal.durable = () => held.promise
  stage.manager.submit(OWNER, rests, 0, false)
  stage.manager[Symbol.dispose]()
  const before = [...wire.calls]
  held.resolve(true)
  stage.manager.reported([report('ACK', '0')])
  stage.manager.interrupted()
  // longer than the pause between two looks
  await Bun.sleep(20)
  expect(wire.calls.filter((call) => call !== 'openOrders')).toEqual(before.filter((call) => call !== 'openOrders'))
  expect(states(stage)).toEqual(['a PENDING'])
})

test('an order is judged by what the venue has told of the account, with what is on its way', async () => {
  const seen: OrderContext[] = []
  using opened = watched({
    refusal: (_, one, market) => {
      if (one.clientOrderId === 'judged') seen.push(market())
      return undefined
    },
  })
  const { stage, remote } = opened
  remote.observe(trade(500, '100'))
  stage.manager.submit(OWNER, order({ clientOrderId: 'bought', quantity: '2' }), 0, false)
  await until(() => states(stage).join() === 'bought ACK')
  remote.observe(trade(1000, '101'))
  await until(() => states(stage).join() === 'bought FILLED')
  stage.manager.submit(OWNER, limit('open', 'sell', '120'), 0, false)
  stage.manager.submit(OWNER, limit('judged', 'buy', '90'), 0, false)
  await until(() => seen.length === 1)
  const [{ contract, lastPrice, exposure } = undefined!] = seen
  expect([contract.settlementCurrency, lastPrice?.toString(), exposure.held.toString()]).toEqual(['USDT', '101', '2'])
  expect(exposure.open.map(({ order: { clientOrderId } }) => clientOrderId)).toEqual(['open'])
})

test('money of an account elsewhere is at the last prices, with what its open orders take', async () => {
  using opened = watched()
  const { stage, remote } = opened
  remote.observe(trade(500, '100'))
  stage.manager.submit(OWNER, order({ clientOrderId: 'a', side: 'sell', quantity: '3' }), 0, false)
  await until(() => states(stage).join() === 'a ACK')
  const balances = (of = stage) => of.manager.balances(OWNER).map(({ total, available }) => `${total} ${available}`)
  expect(balances()).toEqual(['10000 9700'])
  const { outlet } = remote
  {
    // an order without a price counts with the last one, after a start as well
    using next = openStage(() => new Wire(remote), { directory: stage.copy() })
    expect(balances(next)).toEqual(['10000 9700'])
  }
  remote.outlet = outlet
  remote.observe(trade(1000, '100', '3'))
  await until(() => states(stage).join() === 'a FILLED')
  expect(balances()).toEqual(['9999.4 9699.4'])
  remote.observe(trade(2000, '50'))
  expect(balances()).toEqual(['9999.4 9999.4'])
})

test('an order that its venue has made is written down with its owner, once, and of nobody else', async () => {
  using opened = watched()
  const { stage } = opened
  const closing = order({ clientOrderId: 'closing', side: 'sell' })
  const made = (owner: string, parts: Partial<VenueReport> = {}): VenueReport => {
    const { report: told } = report('ACK', '0')
    const payload = { ...told.payload, clientOrderId: 'closing', timestamp: 77 }
    return { owner, report: { payload, order: closing }, closes: true, ...parts }
  }
  const { closes: _, ...unmade } = made('1')
  stage.manager.reported([unmade])
  expect(stage.orders()).toEqual([])
  stage.manager.reported([made('1')])
  stage.manager.reported([made('1')])
  stage.manager.reported([made('2')])
  expect(states(stage)).toEqual(['closing ACK'])
  expect(stage.orders()[0]?.placedAt).toBe('1970-01-01T00:00:00.077Z')
  expect(stage.told).toHaveLength(1)
})

test('what is told of an order to somebody else, or of one that nobody has, changes nothing', async () => {
  using opened = watched()
  const { stage } = opened
  stage.manager.submit(OWNER, rests, 0, false)
  await until(() => states(stage).join() === 'a ACK')
  stage.manager.reported([{ ...report('FILLED', '3', '3'), owner: '2' }])
  const { report: told, ...rest } = report('ACK', '0')
  stage.manager.reported([{ ...rest, report: { payload: { ...told.payload, clientOrderId: 'never' } } }])
  expect(states(stage)).toEqual(['a ACK'])
  expect(stage.executions()).toEqual([])
  expect(stage.logged.filter((line) => line === 'late report ignored')).toHaveLength(2)
})
