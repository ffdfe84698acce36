/** A simulated exchange that is kept and put back in the midst of a market goes on as if nothing had been. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Instrument, MarketEvent } from '../../../src/schema/events'
import type { Fill, Order } from '../../../src/schema/orders'
import type { AccountSettings, FillRules } from '../../../src/schema/paper'
import { type Owned, SimulatedExchange } from '../../../src/trading/exchange/simulated-exchange'
import { bar, book, instrument, LINEAR, line, order, RULES, SPOT, ticker, trade } from '../venue'

const OWNERS = ['me', 'you'] as const
const SYMBOLS = ['BTC-USDT', 'ETH-USDT'] as const

type Step =
  | { readonly event: MarketEvent }
  | { readonly submit: Order; readonly owner: string }
  | { readonly cancel: string; readonly owner: string }

const price = fc.integer({ min: 80, max: 120 }).map(String)
const amount = fc.integer({ min: 1, max: 60 }).map((tenths) => String(tenths / 10))
const owner = fc.constantFrom(...OWNERS)
const symbol = fc.constantFrom(...SYMBOLS)

const events: fc.Arbitrary<(timeMs: number) => MarketEvent> = fc.oneof(
  fc.tuple(price, amount, symbol).map(
    ([at, quantity, of]) =>
      (timeMs: number) =>
        trade(timeMs, at, quantity, of),
  ),
  fc.tuple(price, price, symbol).map(([bid, ask, of]) => (timeMs: number) => ({
    ...ticker(timeMs, bid, ask),
    symbol: of,
  })),
  fc
    .tuple(fc.integer({ min: 80, max: 119 }), amount, amount, symbol)
    .map(([best, first, second, of]) => (timeMs: number) => ({
      ...book(
        timeMs,
        [`${best} x ${first}`, `${best - 1} x ${second}`],
        [`${best + 1} x ${second}`, `${best + 2} x ${first}`],
      ),
      symbol: of,
    })),
  fc.tuple(price, price, price, price).map((prices) => {
    const sorted = prices.map(Number).sort((one, other) => one - other)
    const [low, high] = [String(sorted[0]), String(sorted[3])]
    return (timeMs: number) => ({ ...bar(Math.floor(timeMs / 60_000), prices[0], high, low, prices[1]), timeMs })
  }),
)

const orders: fc.Arbitrary<Omit<Order, 'clientOrderId' | 'provider'>> = fc
  .record({
    symbol,
    side: fc.constantFrom('buy', 'sell'),
    type: fc.constantFrom('market', 'limit', 'limit', 'stop', 'stopLimit'),
    quantity: amount,
    timeInForce: fc.constantFrom('GTC', 'GTC', 'GTC', 'GTC', 'GTC', 'IOC', 'FOK'),
    postOnly: fc.constantFrom(false, false, true),
    reduceOnly: fc.constantFrom(false, false, false, true),
    at: price,
    stopAt: price,
    share: fc.constantFrom(null, null, null, '10%', '50%'),
  })
  .map(({ at, stopAt, share, postOnly, ...terms }) => ({
    ...terms,
    postOnly: postOnly && terms.timeInForce === 'GTC' && (terms.type === 'limit' || terms.type === 'stopLimit'),
    ...((terms.type === 'limit' || terms.type === 'stopLimit') && { price: at }),
    ...((terms.type === 'stop' || terms.type === 'stopLimit') && { stopPrice: stopAt }),
    ...(share !== null && { asked: { quantity: share } }),
  }))

const steps = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: events.map((event) => ({ event })) },
      { weight: 3, arbitrary: fc.tuple(orders, owner).map(([submit, who]) => ({ submit, who })) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(30), owner).map(([cancel, who]) => ({ cancel, who })) },
    ),
    { minLength: 20, maxLength: 70, size: 'max' },
  )
  .map((all): Step[] =>
    all.map((step, i) => {
      if ('event' in step) return { event: step.event(1_000_000 + i * 20_000) }
      if ('submit' in step) return { submit: order({ ...step.submit, clientOrderId: `o${i}` }), owner: step.who }
      return { cancel: `o${step.cancel}`, owner: step.who }
    }),
  )

/** Filters that measure by an average price, and how many orders may rest. */
const RULED: Partial<Instrument> = {
  averagePriceMinutes: 2,
  filters: { percentPrice: {} },
  maxOpenOrders: 4,
  maxOpenStopOrders: 2,
} as Partial<Instrument>

function opened(rules: Partial<FillRules>, account: AccountSettings, isRuled: boolean): SimulatedExchange {
  const known = (of: string) => ({ ...instrument(of), ...(isRuled && RULED) })
  return new SimulatedExchange({
    rules: { ...RULES, ...rules },
    account,
    instrument: known,
    venue: 'paper',
    averageMinutes: () => (isRuled ? 2 : undefined),
  })
}

/** All but the form of its amounts. */
const told = ({ amounts: _, ...rest }: Owned) => rest

/** @returns what is reported of it. */
function perform(exchange: SimulatedExchange, step: Step, timeMs: number): readonly Owned[] {
  if ('event' in step) return exchange.observe(step.event)
  if ('submit' in step) return exchange.submit(step.owner, step.submit, timeMs)
  return exchange.cancel(step.owner, step.cancel, timeMs)
}

test('kept, written, read and put back at any moment, it reports what it would have reported', () => {
  const account = fc.constantFrom<AccountSettings>(
    LINEAR,
    SPOT,
    { ...LINEAR, leverage: '20', cash: { USDT: '300' } },
    { ...LINEAR, checkMargin: false, cash: { USDT: '100' } },
  )
  const rules = fc.record({
    latencyMs: fc.constantFrom(0, 0, 30_000, 90_000),
    fill: fc.constantFrom<FillRules['fill']>('next', 'same'),
    limit: fc.constantFrom<FillRules['limit']>('through', 'touch'),
    slippageBps: fc.constantFrom('0', '7'),
  })
  let [kept, reported, filled] = [0, 0, 0]
  fc.assert(
    fc.property(
      steps,
      rules,
      account,
      fc.boolean(),
      fc.integer({ min: 3, max: 60 }),
      (all, under, settings, isRuled, most) => {
        const place = Math.min(most, all.length - 10)
        const first = opened(under, settings, isRuled)
        const seen: MarketEvent[] = []
        const fills = new Map<string, Fill[]>(OWNERS.map((of) => [of, []]))
        let timeMs = 0
        for (const of of OWNERS) first.account(of)
        for (const step of all.slice(0, place)) {
          if ('event' in step) {
            timeMs = step.event.timeMs
            seen.push(step.event)
          }
          for (const { owner: whose, report } of perform(first, step, timeMs)) {
            if (report.fill) fills.get(whose)!.push(report.fill)
          }
        }
        const cut = JSON.parse(JSON.stringify(first.kept(() => true)))
        const second = opened(under, settings, isRuled)
        for (const of of OWNERS) second.open(of, undefined, fills.get(of)!)
        second.putBack(cut, cut.orders)
        for (const event of seen) second.seen(event)
        expect(second.kept(() => true).marks).toEqual(cut.marks)
        second.arrived(cut.quotes)
        expect(second.kept(() => true)).toEqual(first.kept(() => true))
        kept += cut.orders.length
        for (const step of all.slice(place)) {
          if ('event' in step) timeMs = step.event.timeMs
          const [expected, is] = [first, second].map((exchange) => perform(exchange, step, timeMs))
          expect(is!.map(line)).toEqual(expected!.map(line))
          expect(is!.map(told)).toEqual(expected!.map(told))
          reported += expected!.length
          filled += expected!.filter(({ report }) => report.fill).length
        }
        for (const of of OWNERS) {
          const [one, other] = [first.account(of), second.account(of)]
          expect([other.balances(), other.positions(), other.placedOrders()]).toEqual([
            one.balances(),
            one.positions(),
            one.placedOrders(),
          ])
        }
      },
    ),
    { numRuns: 300, seed: 13, includeErrorInReport: true },
  )
  // there was something to put back, and something came of it
  expect([kept > 200, reported > 1000, filled > 200]).toEqual([true, true, true])
})
