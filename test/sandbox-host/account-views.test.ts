/** An instance's accounts as it knows them: exactly as far along as it has come. */
import { describe, expect, test } from 'bun:test'
import type { ProviderScope } from '../../src/protocol/launch'
import { RecordWriter } from '../../src/sandbox/records'
import { AccountViews } from '../../src/sandbox-host/account-views'
import type { Chunk } from '../../src/sandbox-host/chunk'
import { pricesIn } from '../../src/sandbox-host/fanout'
import type { ExecutionReport } from '../../src/schema/orders'
import { Account } from '../../src/trading/accounts/account'
import { filled, orderOf, scope } from '../hosts/hosts'
import { read, recordsOf, type Told } from './records'

const SCOPE = [scope('sim', ['BTC-USDT', 'ETH-USDT']), scope('okx', ['BTC-USDT'])]

class Stage {
  private readonly writer = new RecordWriter()
  readonly views: AccountViews

  constructor(scope: readonly ProviderScope[] = SCOPE) {
    this.views = new AccountViews(scope, this.writer.words)
  }

  get words() {
    return this.writer.words
  }

  prices(...told: Told[]): ReadonlyMap<number, Uint8Array> {
    return pricesIn(recordsOf(told, this.writer))
  }

  /** @param reports by the index of their record. */
  chunk(told: readonly Told[], reports: Record<number, ExecutionReport> = {}, before = this.prices()): Chunk {
    const bytes = recordsOf(told, this.writer)
    const effects = Object.entries(reports).map(([at, report]) => ({ at: Number(at), provider: 'sim', report }))
    const own = effects.map(({ at }) => at)
    const count = read(bytes).length
    const rest = { events: count, handlers: -1, atMs: 0, oldestMs: Infinity, newestMs: -Infinity }
    return { bytes, count, before, effects, own, reports: own.map(() => 0), ...rest }
  }
}

const trades = (...prices: string[]): Told[] => prices.map((price) => ({ price }))
const ETH = { symbol: 'ETH-USDT' }

describe('prices', () => {
  test('are those of the record that it has come to', () => {
    const stage = new Stage()
    expect(stage.views.lastPrice('sim', 'BTC-USDT')).toBeUndefined()
    const chunk = stage.chunk([...trades('1', '2'), { price: '9', ...ETH }, ...trades('3')])
    const at = (index: number) => {
      stage.views.reach(chunk, index)
      return ['BTC-USDT', 'ETH-USDT'].map((symbol) => stage.views.lastPrice('sim', symbol))
    }
    expect(at(0)).toEqual(['1', undefined])
    expect(at(1)).toEqual(['2', undefined])
    expect(at(3)).toEqual(['3', '9'])
    // it never goes back
    expect(at(0)).toEqual(['3', '9'])
    stage.views.reach(stage.chunk(trades('4')), 0)
    expect(stage.views.lastPrice('sim', 'BTC-USDT')).toBe('4')
  })

  test('of what an instance was not told are those from before the chunk that it is told next', () => {
    const stage = new Stage()
    const before = stage.prices({ price: '7' }, { price: '8', ...ETH })
    const chunk = stage.chunk([{ kind: 'extension' }], {}, before)
    stage.views.reach(chunk, 0)
    expect(['BTC-USDT', 'ETH-USDT'].map((symbol) => stage.views.lastPrice('sim', symbol))).toEqual(['7', '8'])
    // what is known already is not marked again over what is newer
    stage.views.reach(stage.chunk(trades('9'), {}, before), 0)
    stage.views.reach(stage.chunk([{ kind: 'extension' }], {}, before), 0)
    expect(stage.views.lastPrice('sim', 'BTC-USDT')).toBe('9')
  })

  test('are the same for whoever goes on from how it stands, whatever was not looked at by then', () => {
    const stage = new Stage()
    stage.views.reach(stage.chunk([...trades('1'), { price: '5', ...ETH }]), 1)
    const known = stage.prices({ price: '1' }, { price: '5', ...ETH })
    stage.views.reach(stage.chunk(trades('2'), {}, known), 0)
    const after = new Map([...known, ...stage.prices({ price: '6', ...ETH })])
    const { scope, ...state } = stage.views.state
    const next = new AccountViews(scope, stage.words)
    next.seed(after)
    next.resume(JSON.parse(JSON.stringify(state)))
    const seen = (views: AccountViews) => ['BTC-USDT', 'ETH-USDT'].map((symbol) => views.lastPrice('sim', symbol))
    expect(seen(next)).toEqual(seen(stage.views))
    const chunk = stage.chunk([{ kind: 'extension' }], {}, after)
    for (const views of [stage.views, next]) views.reach(chunk, 0)
    expect([seen(stage.views), seen(next)]).toEqual([
      ['2', '6'],
      ['2', '6'],
    ])
  })

  test('are of the scope alone, at each provider its own', () => {
    const stage = new Stage()
    const told: Told[] = [
      { price: '1' },
      { price: '2', provider: 'okx' },
      { price: '3', provider: 'okx', ...ETH },
      { price: '4', provider: 'far' },
      { price: '5', symbol: 'XRP-USDT' },
      { price: '0' },
      { price: '0', kind: 'ticker' },
    ]
    stage.views.reach(stage.chunk(told), told.length - 1)
    const seen = (provider: string, symbol: string) => stage.views.lastPrice(provider, symbol)
    expect([seen('sim', 'BTC-USDT'), seen('okx', 'BTC-USDT')]).toEqual(['1', '2'])
    expect([seen('okx', 'ETH-USDT'), seen('far', 'BTC-USDT'), seen('sim', 'XRP-USDT')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('value what is held, whether they come before the account is first asked for or after', () => {
    const fill = filled(orderOf('o-1'), '100').fill!
    const stage = new Stage([{ ...scope('sim', ['BTC-USDT', 'ETH-USDT']), fills: [fill] }])
    stage.views.seed(stage.prices({ price: '110' }))
    const profit = () => Number(stage.views.view('sim').position('BTC-USDT').unrealizedPnl)
    expect(profit()).toBe(10)
    stage.views.reach(stage.chunk(trades('130')), 0)
    expect(profit()).toBe(30)
    expect(stage.views.view('sim')).toBe(stage.views.view('sim'))
  })
})

describe('an account', () => {
  test('is made from how it stood, what was filled since, and the orders that are open', () => {
    const done = filled(orderOf('o-1'), '100').fill!
    const { account: settings, instruments } = scope('sim', ['BTC-USDT'])
    const before = new Account(settings, () => instruments[0]!)
    before.applyFill(done)
    const openOrders = [{ order: orderOf('o-2', { type: 'limit', price: '90', quantity: '3' }), filledQuantity: '1' }]
    const { views } = new Stage([
      {
        ...scope('sim', ['BTC-USDT']),
        state: before.state,
        fills: [{ ...done, side: 'sell', price: '120' }],
        openOrders,
      },
    ])
    const account = views.view('sim')
    expect(account.position('BTC-USDT').quantity).toBe('0')
    expect(account.balance('USDT').total).toBe('10018')
    expect(
      account
        .openOrders('')
        .map(({ clientOrderId, quantity, filledQuantity }) => [clientOrderId, quantity, filledQuantity]),
    ).toEqual([['o-2', '3', '1']])
  })

  test('is of the scope, and there are no others', () => {
    const { views } = new Stage()
    expect(views.view('okx')).not.toBe(views.view('sim'))
    expect(() => views.view('far')).toThrow('no account at far')
  })
})

describe('a report', () => {
  const held = ({ views }: Stage) => views.view('sim').position('BTC-USDT').quantity

  test('takes effect with the first of those that follow each other, once', () => {
    const stage = new Stage()
    const told: Told[] = [{}, { kind: 'report' }, { kind: 'report' }, {}, { kind: 'report' }]
    const reports = { 1: filled(orderOf('o-1'), '5'), 2: filled(orderOf('o-2'), '5'), 4: filled(orderOf('o-3'), '5') }
    const chunk = stage.chunk(told, reports)
    const after = (index: number) => {
      stage.views.reach(chunk, index)
      return held(stage)
    }
    expect([0, 1, 1, 3, 4].map(after)).toEqual(['0', '2', '2', '2', '3'])
    stage.views.passed(chunk, 5)
    expect(held(stage)).toBe('3')
  })

  test('takes effect when it was handled, whether or not anybody asked', () => {
    const stage = new Stage()
    const chunk = stage.chunk([{}, { kind: 'report' }, { price: '7' }], { 1: filled(orderOf('o-1'), '5') })
    const after = (count: number) => {
      stage.views.passed(chunk, count)
      return held(stage)
    }
    expect([0, 1, 2, 3].map(after)).toEqual(['0', '0', '1', '1'])
    // nobody has asked for a price
    expect(stage.views.lastPrice('sim', 'BTC-USDT')).toBeUndefined()
    stage.views.reach(chunk, 2)
    expect([stage.views.lastPrice('sim', 'BTC-USDT'), held(stage)]).toEqual(['7', '1'])
  })

  test('of one chunk does not keep those of the next from their effect', () => {
    const stage = new Stage()
    for (const id of ['o-1', 'o-2']) {
      const chunk = stage.chunk([{ kind: 'report' }, {}], { 0: filled(orderOf(id), '5') })
      stage.views.reach(chunk, 0)
      stage.views.passed(chunk, 2)
    }
    expect(held(stage)).toBe('2')
  })

  test('ends the wait for it; an order is open from when it is sent', () => {
    const stage = new Stage()
    const { views } = stage
    for (const id of ['o-1', 'o-2']) views.view('sim').sent(orderOf(id, { type: 'limit', price: '4' }))
    expect(views.awaited).toBe(2)
    const order = orderOf('o-1', { type: 'limit', price: '4' })
    const { fill: _, ...report } = filled(order, '0')
    const ack: ExecutionReport = {
      order,
      payload: { ...report.payload, state: 'ACK', filledQuantity: '0', remainingQty: '1' },
    }
    const open = () =>
      views
        .view('sim')
        .openOrders('')
        .map(({ clientOrderId }) => clientOrderId)
    expect(open()).toEqual(['o-1', 'o-2'])
    views.reach(stage.chunk([{ kind: 'report' }], { 0: ack }), 0)
    expect([views.awaited, open()]).toEqual([1, ['o-1', 'o-2']])
    // once more, and it is open once
    views.reach(stage.chunk([{ kind: 'report' }], { 0: ack }), 0)
    expect([views.awaited, open()]).toEqual([1, ['o-1', 'o-2']])
    views.reach(stage.chunk([{ kind: 'report' }], { 0: filled(order, '4') }), 0)
    expect(open()).toEqual(['o-2'])
    views.reach(stage.chunk([{ kind: 'report' }], { 0: filled(orderOf('o-2'), '4') }), 0)
    expect([views.awaited, open()]).toEqual([0, []])
  })

  test('opens no order but by its acknowledgement, and forgets nothing that is filled by it', () => {
    const stage = new Stage([
      {
        ...scope('sim', ['BTC-USDT']),
        openOrders: [{ order: orderOf('o-1', { type: 'limit', price: '4', quantity: '3' }), filledQuantity: '2' }],
      },
    ])
    const told = (id: string, state: 'ACK' | 'PARTIAL') => {
      const { order, payload } = filled(orderOf(id, { type: 'limit', price: '4', quantity: '3' }), '4')
      stage.views.reach(stage.chunk([{ kind: 'report' }], { 0: { order, payload: { ...payload, state } } }), 0)
      return stage.views
        .view('sim')
        .openOrders('')
        .map(({ clientOrderId, filledQuantity }) => `${clientOrderId} ${filledQuantity}`)
    }
    expect(told('o-1', 'ACK')).toEqual(['o-1 2'])
    expect(told('o-2', 'PARTIAL')).toEqual(['o-1 2'])
    expect(told('o-3', 'ACK')).toEqual(['o-1 2', 'o-3 0'])
  })
})

test('a report brings the price of the event that has caused it, and what its order is reckoned by', () => {
  const fill = filled(orderOf('o-1'), '100').fill!
  const stage = new Stage([{ ...scope('sim', ['BTC-USDT', 'ETH-USDT']), fills: [fill] }])
  const view = stage.views.view('sim')
  const sent = orderOf('o-2', { quantity: '10' })
  stage.views.reach(stage.chunk(trades('110')), 0)
  view.sent(sent)
  expect(view.balance('USDT').available).toBe('8799')
  const { payload } = filled(sent, '1')
  const ack: ExecutionReport = { order: sent, payload: { ...payload, state: 'ACK' } }
  const chunk = stage.chunk([{ kind: 'report' }], { 0: ack })
  const effects = chunk.effects.map((effect) => ({
    ...effect,
    mark: { symbol: 'BTC-USDT', price: '120' },
    valuedAt: '115',
  }))
  stage.views.reach({ ...chunk, effects }, 0)
  expect(view.position('BTC-USDT').unrealizedPnl).toBe('20')
  // the position at its price, and ten at what the venue reckons with
  expect(view.balance('USDT').available).toBe('8749')
})
