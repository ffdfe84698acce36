/** How the simulated exchange goes along with a market: what is told before what, and what waits for the market. */
import { expect, test } from 'bun:test'
import { PaperVenue } from '../../src/execution/paper-venue'
import type { AccountOpening } from '../../src/execution/venue'
import type { MarketEvent } from '../../src/schema/events'
import type { Order } from '../../src/schema/orders'
import { instrument, LINEAR, limit, order, RULES, SYMBOL, trade } from '../trading/venue'

const ME = 'me'
const NOW = { timeMs: 1000, waits: false }

const untouched = { progress: { filledQuantity: '0', avgFillPrice: '0' }, placedMs: 3 }

interface Watched {
  readonly venue: PaperVenue
  /** What was told, and shown, in this order. */
  readonly happened: string[]
  readonly submit: (one: Order, moment?: { timeMs: number; waits: boolean }) => void
  /** Why no order may be placed. */
  refusal: string | undefined
}

/** @param shown what its instances do when they handle an event. */
function watched(inTurn = false, shown: (event: MarketEvent, watched: Watched) => void = () => undefined): Watched {
  const happened: string[] = []
  let emitted = 0
  let handled = Promise.resolve()
  const venue: PaperVenue = new PaperVenue({
    provider: 'paper',
    paper: { model: 'linear', rules: RULES, accountFor: () => LINEAR },
    instrument,
    inTurn,
    publish(events) {
      handled = handled
        .then(() => Promise.resolve())
        .then(() => {
          for (const event of events) shown(event, self)
        })
      happened.push(`shown ${events.map(({ timeMs }) => timeMs).join(' ')}`)
    },
    drained: () => handled,
    recall: () => undefined,
    emitted: (count) => {
      emitted += count
      happened.push(`${emitted} came`)
    },
  })
  const self: Watched = {
    venue,
    happened,
    submit: (one, moment = NOW) => venue.submit({ owner: ME, order: one, given: one, ...moment }),
    refusal: undefined,
  }
  venue.listen({
    reported: (reports, mark) => {
      for (const { report } of reports) {
        const { clientOrderId, state, timestamp, rejectReason } = report.payload
        const reason = rejectReason === undefined ? '' : `: ${rejectReason}`
        happened.push(`${clientOrderId} ${state} at ${timestamp}${mark ? ` by ${mark.price}` : ''}${reason}`)
      }
    },
    interrupted: () => undefined,
    refusal: () => self.refusal,
    sizeRefusal: () => undefined,
  })
  venue.openAccount(opening())
  return self
}

const opening = (parts: Partial<AccountOpening> = {}): AccountOpening => ({
  owner: ME,
  settings: LINEAR,
  fills: [],
  openOrders: [],
  timeMs: 7,
  ...parts,
})

test('an owner is told of what an event has done before it is shown the event, and after all that came before it', () => {
  const { venue, happened, submit } = watched()
  submit(limit('a', 'buy', '99'), { timeMs: 5, waits: false })
  submit(limit('b', 'buy', '97'), { timeMs: 5, waits: false })
  happened.length = 0
  venue.observe(['100', '100', '98', '98', '96', '96'].map((price, at) => trade(1000 + at, price)))
  expect(happened).toEqual([
    '6 came',
    'shown 1000 1001',
    'a FILLED at 1002 by 98',
    'shown 1002 1003',
    'b FILLED at 1004 by 96',
    'shown 1004 1005',
  ])
  venue.observe([trade(2000, '100'), trade(2001, '100')])
  expect(happened.slice(6)).toEqual(['8 came', 'shown 2000 2001'])
  expect(venue.marketMs).toBe(2001)
})

test('the first of several events may fill as well', () => {
  const { venue, happened, submit } = watched()
  submit(limit('a', 'buy', '99'))
  venue.observe([trade(2000, '98'), trade(2001, '98')])
  expect(happened).toEqual(['a ACK at 1000', '2 came', 'a FILLED at 2000 by 98', 'shown 2000 2001'])
})

test('what is done ahead of the market waits until it is past that time, and behind it is done at its time', () => {
  const { venue, happened, submit } = watched()
  venue.observe([trade(1000, '100')])
  happened.length = 0
  submit(limit('level', 'buy', '90'), { timeMs: 1000, waits: true })
  submit(limit('behind', 'buy', '90'), { timeMs: 500, waits: true })
  submit(limit('ahead', 'buy', '90'), { timeMs: 2000, waits: true })
  venue.cancel(ME, 'ahead', { timeMs: 3000, waits: true })
  expect(happened).toEqual(['level ACK at 1000', 'behind ACK at 1000'])
  happened.length = 0
  venue.observe([trade(1500, '100'), trade(2000, '100'), trade(2001, '100'), trade(3001, '100')])
  expect(happened).toEqual([
    '5 came',
    'shown 1500 2000',
    'ahead ACK at 2000',
    'shown 2001',
    'ahead CANCELLED at 3000',
    'shown 3001',
  ])
})

test('what does not wait is done at once, at its own time', () => {
  const { venue, happened, submit } = watched()
  venue.observe([trade(1000, '100')])
  happened.length = 0
  submit(limit('a', 'buy', '90'), { timeMs: 5000, waits: false })
  venue.cancel(ME, 'a', { timeMs: 6000, waits: false })
  expect(happened).toEqual(['a ACK at 5000', 'a CANCELLED at 6000'])
})

test('whether an order may be placed is asked when it is', () => {
  const all = watched()
  const { venue, happened, submit } = all
  venue.observe([trade(1000, '100')])
  happened.length = 0
  submit(limit('a', 'buy', '90'), { timeMs: 2000, waits: true })
  all.refusal = 'trading was stopped'
  venue.observe([trade(2001, '100')])
  expect(happened).toEqual(['2 came', 'a REJECTED at 2000: trading was stopped', 'shown 2001'])
})

test('nothing that was asked for ahead of the market is done for who is gone, or whose account is opened again', () => {
  for (const end of ['closed', 'opened again']) {
    const { venue, happened, submit } = watched()
    venue.observe([trade(1000, '100')])
    submit(limit('a', 'buy', '90'), { timeMs: 2000, waits: true })
    if (end === 'closed') venue.closeAccount(ME, 1000)
    else venue.openAccount(opening())
    venue.observe([trade(3000, '100')])
    expect(happened).toEqual(['1 came', 'shown 1000', '2 came', 'shown 3000'])
  }
})

test('a closed account has its orders cancelled and told, and is opened as it was never known', () => {
  const { venue, happened, submit } = watched()
  venue.observe([trade(1000, '100')])
  submit(order({ clientOrderId: 'bought' }))
  venue.observe([trade(1001, '100')])
  submit(limit('a', 'buy', '90'))
  submit(limit('b', 'buy', '91'))
  happened.length = 0
  venue.closeAccount(ME, 1500)
  expect(happened).toEqual(['a CANCELLED at 1500', 'b CANCELLED at 1500'])
  venue.openAccount(opening())
  expect(venue.balances(ME).map(({ total }) => total)).toEqual(['10000'])
  expect(venue.account(ME).held(SYMBOL).toString()).toBe('0')
  expect(venue.openOrders(ME)).toEqual([])
})

test.each<[string, Order, boolean]>([
  ['limit', limit('a', 'buy', '90'), true],
  ['stop', order({ clientOrderId: 'a', type: 'stop', stopPrice: '110' }), true],
  ['IOC', limit('a', 'buy', '90', { timeInForce: 'IOC' }), false],
  ['FOK', limit('a', 'buy', '90', { timeInForce: 'FOK' }), false],
  ['market', order({ clientOrderId: 'a' }), false],
])('of an earlier run a %s order goes on when it rests, and ends when its time is over', (_, one, isOpen) => {
  const { venue, happened } = watched()
  const openOrders = [{ order: one, ...untouched }]
  venue.openAccount(opening({ openOrders }))
  expect(venue.openOrders(ME).map(({ payload }) => payload.clientOrderId)).toEqual(isOpen ? ['a'] : [])
  expect(happened).toEqual(isOpen ? [] : ['a CANCELLED at 7'])
})

test('an account that was liquidated has no order left when it is opened', () => {
  const { venue, happened } = watched()
  const openOrders = [{ order: limit('a', 'buy', '90'), ...untouched }]
  const fill = (side: 'buy' | 'sell', price: string) => {
    const parts = { fee: '0', feeCurrency: 'USDT', liquidity: 'taker', timeMs: 1 } as const
    return { symbol: SYMBOL, side, price, quantity: '100', ...parts }
  }
  // bought and sold for a hundred less each: all of the 10000 is gone
  const fills = [fill('buy', '100'), fill('sell', '0')]
  venue.openAccount(opening({ fills, openOrders }))
  expect(venue.balances(ME).map(({ total }) => total)).toEqual(['0'])
  expect(happened).toEqual(['a CANCELLED at 7'])
  expect(venue.openOrders(ME)).toEqual([])
})

test('says where an account got its cash from', () => {
  const { venue } = watched()
  expect(venue.accountFor([])).toEqual({
    ...LINEAR,
    cashSetBy: 'paper.cash in the config of the provider "paper"',
  })
})

test('in turn, what an event makes strategies do is done before the next one is seen', async () => {
  const { venue, happened } = watched(true, ({ timeMs }, { submit }) => {
    if (timeMs === 1000) submit(limit('a', 'buy', '99'), { timeMs, waits: true })
    if (timeMs === 1001) submit(limit('b', 'buy', '97'), { timeMs, waits: true })
  })
  venue.observe([trade(1000, '100')])
  await venue.drained()
  venue.observe([trade(1001, '98')])
  await venue.drained()
  venue.observe([trade(1002, '96')])
  await venue.drained()
  expect(happened).toEqual([
    '1 came',
    'shown 1000',
    'a ACK at 1000',
    '2 came',
    'a FILLED at 1001 by 98',
    'shown 1001',
    'b ACK at 1001',
    '3 came',
    'b FILLED at 1002 by 96',
    'shown 1002',
  ])
})

test('in turn, what was done ahead of the market is done before the event that is past it, and answered', async () => {
  const { venue, happened, submit } = watched(true)
  venue.observe([trade(1000, '100')])
  submit(limit('a', 'buy', '99'), { timeMs: 1500, waits: true })
  await venue.drained()
  happened.length = 0
  venue.observe([trade(1500, '98'), trade(1501, '98'), trade(1502, '98')])
  await venue.drained()
  expect(happened).toEqual([
    '4 came',
    'shown 1500',
    'a ACK at 1500',
    'a FILLED at 1501 by 98',
    'shown 1501',
    'shown 1502',
  ])
  expect(venue.marketMs).toBe(1502)
})

test('in turn, an event is shown when its reports are handled, and who hears of it has been answered', async () => {
  let isHandled = false
  const report = Promise.withResolvers<void>()
  const shown: number[] = []
  const venue = new PaperVenue({
    provider: 'paper',
    paper: { model: 'linear', rules: RULES, accountFor: () => LINEAR },
    instrument,
    inTurn: true,
    publish: (events) => void shown.push(...events.map(({ timeMs }) => timeMs)),
    drained: () => report.promise,
    recall: () => undefined,
    emitted: () => undefined,
  })
  venue.openAccount(opening({ openOrders: [{ order: limit('a', 'buy', '99'), ...untouched }] }))
  venue.observe([trade(1000, '98'), trade(1001, '98')])
  const drained = venue.drained().then(() => {
    isHandled = true
  })
  await turnOfTheLoop()
  expect([shown, isHandled]).toEqual([[], false])
  report.resolve()
  await drained
  expect([shown, isHandled]).toEqual([[1000, 1001], true])
})

const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve))
