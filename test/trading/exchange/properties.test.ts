/** What holds whatever happens: random orders on random markets, judged by independent sums. */
import { describe, expect, test } from 'bun:test'
import Decimal from 'decimal.js'
import fc from 'fast-check'
import type { MarketEvent } from '../../../src/schema/events'
import type { Fill, Order } from '../../../src/schema/orders'
import type { AccountSettings, FillRules } from '../../../src/schema/paper'
import { Account } from '../../../src/trading/accounts/account'
import { markOf } from '../../../src/trading/accounts/marks'
import type { Owned, SimulatedExchange } from '../../../src/trading/exchange/simulated-exchange'
import { bar, book, instrument, LINEAR, MINUTE, openExchange, order, SPOT, SYMBOL, ticker, trade } from '../venue'

const Judge = Decimal.clone({ precision: 300, toExpNeg: -1000, toExpPos: 1000 })

type Happening =
  | { readonly event: (step: number) => MarketEvent }
  | { readonly order: Partial<Order> }
  | { readonly cancel: number }

const price = fc.integer({ min: 160, max: 240 }).map((halves) => String(halves / 2))
const quantity = fc.constantFrom('0.1', '0.35', '1', '2.000', '7', '33.3')

const trades = fc.tuple(price, fc.oneof(quantity, fc.constant('0'))).map(([at, size]) => ({
  event: (step: number) => trade(step * MINUTE, at, size),
}))

const bars = fc.tuple(price, price, price, price).map(([open, one, other, close]) => {
  const prices = [open, one, other, close].map(Number)
  const [high, low] = [String(Math.max(...prices)), String(Math.min(...prices))]
  return { event: (step: number) => bar(step, open, high, low, close) }
})

const tickers = fc.tuple(price, fc.constantFrom('0', '0.5', '3')).map(([bid, spread]) => ({
  event: (step: number) => ticker(step * MINUTE, bid, String(Number(bid) + Number(spread))),
}))

const side = fc.array(fc.oneof(quantity, fc.constant('0')), { maxLength: 4, size: 'max' })
const books = fc.tuple(price, side, side).map(([middle, bids, asks]) => ({
  event: (step: number) =>
    book(
      step * MINUTE,
      bids.map((size, depth) => `${Number(middle) - 0.5 - depth} x ${size}`),
      asks.map((size, depth) => `${Number(middle) + 0.5 + depth} x ${size}`),
    ),
}))

const orders = fc
  .record({
    side: fc.constantFrom('buy', 'sell'),
    type: fc.constantFrom('market', 'limit', 'stop', 'stopLimit'),
    quantity,
    price,
    stopPrice: price,
    timeInForce: fc.constantFrom('GTC', 'GTC', 'IOC', 'FOK'),
    postOnly: fc.boolean(),
    reduceOnly: fc.constantFrom(false, false, false, true),
  } as const)
  .map(({ price: limitPrice, stopPrice, postOnly, ...rest }): { order: Partial<Order> } => {
    const limited = rest.type === 'limit' || rest.type === 'stopLimit'
    return {
      order: {
        ...rest,
        postOnly: postOnly && limited && rest.timeInForce === 'GTC',
        ...(limited ? { price: limitPrice } : {}),
        ...(rest.type === 'stop' || rest.type === 'stopLimit' ? { stopPrice } : {}),
      },
    }
  })

const cancels = fc.nat(60).map((cancel) => ({ cancel }))

const feeds: fc.Arbitrary<Happening>[] = [trades, bars, tickers, books]

/** A market of one kind of data, or of all of them at once, with orders in between. */
const story: fc.Arbitrary<Happening[]> = fc.constantFrom(...feeds, fc.oneof(...feeds)).chain((events) => {
  const happening: fc.Arbitrary<Happening> = fc.oneof(
    { arbitrary: events, weight: 5 },
    { arbitrary: orders, weight: 4 },
    { arbitrary: cancels, weight: 1 },
  )
  return fc.array(happening, { maxLength: 60, size: 'max' })
})

const rules: fc.Arbitrary<FillRules> = fc.record({
  fill: fc.constantFrom('next', 'same'),
  limit: fc.constantFrom('through', 'touch'),
  slippageBps: fc.constantFrom('0', '3.7'),
  makerBps: fc.constantFrom('0', '-1.5', '10'),
  takerBps: fc.constantFrom('0', '7.5'),
  latencyMs: fc.constantFrom(0, 0, 1500, 90_000),
})

const account: fc.Arbitrary<AccountSettings> = fc.constantFrom(
  LINEAR,
  { ...LINEAR, leverage: '3' },
  { ...LINEAR, checkMargin: false },
  // so little that many of them are liquidated
  { ...LINEAR, cash: { USDT: '300' }, leverage: '20' },
  { ...LINEAR, cash: { USDT: '150.5' }, checkMargin: false },
  SPOT,
)

/** Plays a story; `before` and `after` see every event with what it reported. */
function tell(
  exchange: SimulatedExchange,
  happenings: readonly Happening[],
  watch: (happening: Order | MarketEvent | undefined, act: () => readonly Owned[]) => void,
): void {
  let timeMs = 0
  for (const [step, happening] of happenings.entries()) {
    if ('event' in happening) {
      const event = happening.event(step)
      timeMs = event.timeMs
      watch(event, () => exchange.observe(event))
    } else if ('order' in happening) {
      const placed = order({ clientOrderId: `o${step}`, ...happening.order })
      watch(placed, () => exchange.submit('me', placed, timeMs))
    } else watch(undefined, () => exchange.cancel('me', `o${happening.cancel}`, timeMs))
  }
}

const isEvent = (happening: Order | MarketEvent | undefined): happening is MarketEvent =>
  happening !== undefined && 'eventId' in happening

const sum = (amounts: readonly string[]) => amounts.reduce((total, amount) => total.plus(amount), new Judge(0))

const signed = ({ side: way, quantity: size }: Fill) => (way === 'buy' ? new Judge(size) : new Judge(size).negated())

function snapshot(of: Account) {
  return { positions: of.positions(), balances: of.balances(), equity: of.equity(), open: of.openOrders() }
}

describe('whatever happens', () => {
  test('an event reacts exactly when observing it reports something', () => {
    fc.assert(
      fc.property(story, rules, account, (happenings, fillRules, settings) => {
        const exchange = openExchange(fillRules, settings)
        tell(exchange, happenings, (happening, act) => {
          if (!isEvent(happening)) return act()
          const foretold = exchange.wouldMatch(happening)
          expect(exchange.wouldMatch(happening)).toBe(foretold)
          expect(act().length > 0).toBe(foretold)
        })
      }),
    )
  })

  test('events that do not react may be observed later', () => {
    fc.assert(
      fc.property(story, rules, account, (happenings, fillRules, settings) => {
        const prompt = openExchange(fillRules, settings)
        const late = openExchange(fillRules, settings)
        const expected: Owned[] = []
        tell(prompt, happenings, (_happening, act) => expected.push(...act()))
        const reports: Owned[] = []
        const gathered: MarketEvent[] = []
        const catchUp = () => gathered.splice(0).flatMap((event) => late.observe(event))
        tell(late, happenings, (happening, act) => {
          if (isEvent(happening) && !late.wouldMatch(happening)) gathered.push(happening)
          else {
            expect(catchUp()).toEqual([])
            reports.push(...act())
          }
        })
        expect(catchUp()).toEqual([])
        expect(reports).toEqual(expected)
        expect(snapshot(late.account('me'))).toEqual(snapshot(prompt.account('me')))
      }),
    )
  })

  test('the reports of an order add up and end once', () => {
    fc.assert(
      fc.property(story, rules, account, (happenings, fillRules, settings) => {
        const exchange = openExchange(fillRules, settings)
        const byOrder = new Map<string, Owned[]>()
        tell(exchange, happenings, (_happening, act) => {
          for (const owned of act()) {
            const id = owned.report.order.clientOrderId
            byOrder.set(id, [...(byOrder.get(id) ?? []), owned])
          }
        })
        for (const reports of byOrder.values()) {
          const last = reports.at(-1)!.report
          const fills = reports.flatMap(({ report }) => report.fill ?? [])
          const filled = sum(fills.map((fill) => fill.quantity))
          const { payload } = last
          expect(filled.toString()).toBe(new Judge(payload.filledQuantity).toString())
          expect(filled.plus(payload.remainingQty).toString()).toBe(new Judge(last.order.quantity).toString())
          expect(payload.state === 'FILLED').toBe(payload.remainingQty === '0')
          if (fills.length > 0) {
            const cost = fills.reduce(
              (total, fill) => total.plus(new Judge(fill.price).times(fill.quantity)),
              new Judge(0),
            )
            const average = cost.dividedBy(filled).toDecimalPlaces(16, Decimal.ROUND_HALF_EVEN)
            expect(new Judge(payload.avgFillPrice).toString()).toBe(average.toString())
          }
          const ends = reports.filter(({ report }) => !['ACK', 'PARTIAL'].includes(report.payload.state))
          expect(ends).toEqual(ends.length === 0 ? [] : [reports.at(-1)!])
        }
        const open = [...byOrder.values()].filter((reports) =>
          ['ACK', 'PARTIAL'].includes(reports.at(-1)!.report.payload.state),
        )
        const inFlight = exchange.openAt('me').filter(({ clientOrderId }) => !byOrder.has(clientOrderId))
        expect(exchange.openAt('me')).toHaveLength(open.length + inFlight.length)
        if (fillRules.latencyMs === 0) expect(inFlight).toEqual([])
      }),
    )
  })

  test('no fill is worse than its limit, and makers trade at exactly theirs or better', () => {
    fc.assert(
      fc.property(story, rules, account, (happenings, fillRules, settings) => {
        tell(openExchange(fillRules, settings), happenings, (_happening, act) => {
          for (const { report } of act()) {
            const { fill } = report
            if (!fill || report.order.price === undefined) continue
            const worse = fill.side === 'buy' ? 1 : -1
            expect(new Judge(fill.price).comparedTo(report.order.price)).not.toBe(worse)
          }
        })
      }),
    )
  })

  test('money is conserved to the last digit', () => {
    fc.assert(
      fc.property(story, rules, account, (happenings, fillRules, settings) => {
        const exchange = openExchange(fillRules, settings)
        const fills: Fill[] = []
        let mark: string | undefined
        tell(exchange, happenings, (happening, act) => {
          fills.push(...act().flatMap(({ report }) => report.fill ?? []))
          if (isEvent(happening)) mark = markOf(happening) ?? mark
        })
        const mine = exchange.account('me')
        const fees = sum(fills.map(({ fee }) => fee))
        const paid = fills.reduce((total, fill) => total.plus(signed(fill).times(fill.price)), new Judge(0))
        const bought = fills.reduce((total, fill) => total.plus(signed(fill)), new Judge(0))
        const opening = new Judge(settings.cash.USDT ?? 0)
        const held = bought.plus(settings.cash.BTC ?? 0)
        const equity = opening
          .minus(paid)
          .minus(fees)
          .plus(held.times(mark ?? 0))
        const { quantity: position, realizedPnl, unrealizedPnl } = mine.position(SYMBOL)
        expect(position).toBe(held.toString())
        expect(mine.equity()).toBe(equity.toString())
        if (settings.model === 'spot') {
          expect(mine.balance('USDT').total).toBe(opening.minus(paid).minus(fees).toString())
          expect(mine.balances().filter(({ total }) => total.startsWith('-'))).toEqual([])
        } else {
          expect(equity.plus(fees).toString()).toBe(opening.plus(realizedPnl).plus(unrealizedPnl).toString())
          expect(mine.balance('USDT').total).toBe(opening.plus(realizedPnl).minus(fees).toString())
        }
      }),
    )
  })

  test('no position is held without equity, and nothing is filled after a liquidation', () => {
    fc.assert(
      fc.property(story, rules, account, (happenings, fillRules, settings) => {
        const exchange = openExchange(fillRules, settings)
        let liquidated = false
        tell(exchange, happenings, (_happening, act) => {
          const reports = act()
          if (liquidated) expect(reports.flatMap(({ report }) => report.fill ?? [])).toEqual([])
          if (reports.some(({ liquidation }) => liquidation)) {
            expect(liquidated).toBe(false)
            expect(new Judge(exchange.account('me').equity()).lte(0)).toBe(true)
            expect(exchange.openAt('me')).toEqual([])
            liquidated = true
          }
          const { quantity: held } = exchange.account('me').position(SYMBOL)
          const isEmpty = settings.model === 'linear' && new Judge(exchange.account('me').equity()).lte(0)
          expect([liquidated, isEmpty && held === '0']).toEqual([isEmpty, liquidated])
        })
      }),
    )
  })

  test('an account that hears the reports, and one rebuilt from the fills, equal the one at the exchange', () => {
    fc.assert(
      fc.property(story, rules, account, (happenings, fillRules, settings) => {
        const exchange = openExchange(fillRules, settings)
        const replica = new Account(settings, instrument)
        const fills: Fill[] = []
        const heard = (reports: readonly Owned[]) => {
          for (const { report } of reports) {
            replica.apply(report)
            if (report.fill) fills.push(report.fill)
          }
        }
        let mark: string | undefined
        tell(exchange, happenings, (happening, act) => {
          if (happening && 'clientOrderId' in happening) {
            const refusal = replica.refusal(happening)
            const reports = act()
            if (refusal === undefined) replica.placed(happening)
            else expect(reports[0]?.report.payload.rejectReason).toBe(refusal)
            heard(reports)
          } else heard(act())
          mark = (isEvent(happening) ? markOf(happening) : undefined) ?? mark
          if (mark !== undefined) replica.mark(SYMBOL, mark)
        })
        expect(snapshot(replica)).toEqual(snapshot(exchange.account('me')))

        const rebuilt = new Account(settings, instrument)
        if (mark !== undefined) rebuilt.mark(SYMBOL, mark)
        for (const fill of fills) rebuilt.applyFill(fill)
        const { positions, equity } = snapshot(rebuilt)
        expect({ positions, equity }).toEqual({ positions: replica.positions(), equity: replica.equity() })
      }),
    )
  })
})
