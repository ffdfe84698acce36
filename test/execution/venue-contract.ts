/**
 * What every venue does, whatever is behind it. An answer may come at once or later: everything is awaited, and what
 * becomes of an order is waited for.
 */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { OrderStanding, Venue, VenueReport } from '../../src/execution/venue'
import type { MarketEvent } from '../../src/schema/events'
import type { Order } from '../../src/schema/orders'
import { skipped } from '../skipped'
import { LINEAR, limit, order, SYMBOL, trade } from '../trading/venue'
import { until } from '../until'

/** The calls that are looked at. */
export type Calls = Pick<
  Venue,
  'openAccount' | 'closeAccount' | 'submit' | 'cancel' | 'cancelAll' | 'order' | 'openOrders' | 'balances'
>

export interface VenueUnderTest extends Disposable {
  readonly venue: Calls
  /** All that was reported so far. */
  readonly reports: readonly VenueReport[]
  /** The market moves. */
  show(event: MarketEvent): void
}

export interface Contract {
  readonly name: string
  readonly make: () => VenueUnderTest
  /** By a part of the name of a test: why this venue does not do it. */
  readonly skips?: Readonly<Record<string, string>>
}

const ME = 'me'

export function venueContract({ name, make, skips = {} }: Contract): void {
  describe(name, () => {
    let under: VenueUnderTest
    const check = (what: string, run: () => Promise<void>) => {
      const reason = Object.entries(skips).find(([part]) => what.includes(part))?.[1]
      if (reason === undefined) test(what, run)
      else skipped(what, reason)
    }
    const opened = (owner: string) =>
      under.venue.openAccount({ owner, settings: LINEAR, fills: [], openOrders: [], timeMs: 0 })
    const submit = (one: Order, owner = ME) =>
      under.venue.submit({ owner, order: one, given: one, timeMs: 1000, waits: false })
    const said = (id: string) =>
      under.reports
        .filter(({ report: { payload } }) => payload.clientOrderId === id)
        .map(({ report: { payload } }) => payload.state)
    const heard = (id: string, ...states: string[]) => until(() => said(id).join() === states.join())
    const standing = ({ payload: { clientOrderId, state, filledQuantity } }: OrderStanding) =>
      `${clientOrderId} ${state} ${filledQuantity}`

    beforeEach(async () => {
      under = make()
      await opened(ME)
      under.show(trade(1000, '100'))
    })
    afterEach(() => under[Symbol.dispose]())

    check('an order is acknowledged, filled in parts, and told of each with all that was filled so far', async () => {
      await submit(limit('a', 'buy', '99', { quantity: '3' }))
      await heard('a', 'ACK')
      under.show(trade(2000, '98', '1'))
      await heard('a', 'ACK', 'PARTIAL')
      under.show(trade(3000, '98', '5'))
      await heard('a', 'ACK', 'PARTIAL', 'FILLED')
      const amounts = under.reports.map(({ owner, report: { payload } }) => {
        const { filledQuantity, remainingQty, avgFillPrice, commissionAmount } = payload
        return [owner, filledQuantity, remainingQty, avgFillPrice, commissionAmount]
      })
      expect(amounts).toEqual([
        [ME, '0', '3', '0', undefined],
        [ME, '1', '2', '99', '0.099'],
        [ME, '3', '0', '99', '0.198'],
      ])
    })

    check('a report of an execution says what was traded', async () => {
      await submit(limit('a', 'buy', '99', { quantity: '3' }))
      await heard('a', 'ACK')
      under.show(trade(2000, '98', '1'))
      await heard('a', 'ACK', 'PARTIAL')
      expect(under.reports.map(({ report: { fill } }) => fill)).toEqual([
        undefined,
        {
          symbol: SYMBOL,
          side: 'buy',
          price: '99',
          quantity: '1',
          fee: '0.099',
          feeCurrency: 'USDT',
          liquidity: 'maker',
          timeMs: 2000,
        },
      ])
    })

    check('an order that cannot be placed is rejected with the reason, which is a report and no error', async () => {
      await submit(order({ clientOrderId: 'dear', quantity: '1000' }))
      await heard('dear', 'REJECTED')
      expect(under.reports[0]?.report.payload.rejectReason).toBeTruthy()
    })

    check('a cancel ends an open order once, and does nothing to any other', async () => {
      const moment = { timeMs: 1000, waits: false }
      await submit(limit('a', 'buy', '90'))
      await submit(limit('b', 'buy', '91'))
      await heard('b', 'ACK')
      await under.venue.cancel(ME, 'a', moment)
      await heard('a', 'ACK', 'CANCELLED')
      await under.venue.cancel(ME, 'a', moment)
      await under.venue.cancel(ME, 'never', moment)
      await under.venue.cancel(ME, 'b', moment)
      await heard('b', 'ACK', 'CANCELLED')
      expect(under.reports).toHaveLength(4)
    })

    check(
      'asked for orders it tells where they stand, ended or not, and knows nothing of what it never got',
      async () => {
        await submit(limit('open', 'buy', '90'))
        await submit(limit('part', 'buy', '99', { quantity: '3' }))
        await submit(limit('ended', 'buy', '92'))
        await under.venue.cancel(ME, 'ended', { timeMs: 1000, waits: false })
        under.show(trade(2000, '98', '1'))
        await heard('part', 'ACK', 'PARTIAL')
        await heard('ended', 'ACK', 'CANCELLED')
        const answers = []
        for (const id of ['open', 'part', 'ended']) answers.push(standing((await under.venue.order(ME, id))!))
        expect(answers).toEqual(['open ACK 0', 'part PARTIAL 1', 'ended CANCELLED 0'])
        expect(await under.venue.order(ME, 'never')).toBeUndefined()
      },
    )

    check('its open orders are those without an end', async () => {
      expect(await under.venue.openOrders(ME)).toEqual([])
      await submit(limit('a', 'buy', '99', { quantity: '3' }))
      await submit(limit('b', 'buy', '90'))
      await submit(limit('c', 'buy', '91'))
      await under.venue.cancel(ME, 'b', { timeMs: 1000, waits: false })
      under.show(trade(2000, '98', '1'))
      await heard('a', 'ACK', 'PARTIAL')
      await heard('b', 'ACK', 'CANCELLED')
      expect((await under.venue.openOrders(ME)).map(standing)).toEqual(['a PARTIAL 1', 'c ACK 0'])
    })

    check('balances are the opening ones until something is filled', async () => {
      const totals = async () => (await under.venue.balances(ME)).map(({ currency, total }) => `${total} ${currency}`)
      expect(await totals()).toEqual(['10000 USDT'])
      await submit(limit('a', 'buy', '99', { quantity: '1' }))
      under.show(trade(2000, '98', '5'))
      await heard('a', 'ACK', 'FILLED')
      // the fee of a maker
      expect(await totals()).toEqual(['9999.901 USDT'])
    })

    check('everything of an owner is cancelled at once, and nothing of another one', async () => {
      await opened('other')
      await submit(limit('a', 'buy', '90'))
      await submit(limit('b', 'buy', '91'))
      await submit(limit('c', 'buy', '92'), 'other')
      await heard('c', 'ACK')
      await under.venue.cancel('other', 'a', { timeMs: 1000, waits: false })
      await under.venue.cancelAll(ME, 1000)
      await heard('a', 'ACK', 'CANCELLED')
      await heard('b', 'ACK', 'CANCELLED')
      expect((await under.venue.openOrders('other')).map(standing)).toEqual(['c ACK 0'])
      expect(await under.venue.order(ME, 'c')).toBeUndefined()
    })

    check('when an account is closed its orders are cancelled, and then nothing is said of it any more', async () => {
      await submit(limit('a', 'buy', '99'))
      await heard('a', 'ACK')
      await under.venue.closeAccount(ME, 1000)
      await heard('a', 'ACK', 'CANCELLED')
      under.show(trade(2000, '90'))
      expect(said('a')).toEqual(['ACK', 'CANCELLED'])
    })
  })
}
