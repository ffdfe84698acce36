/** Every venue that there is, by one contract. */

import { BacktestMarket } from '../../src/backtest/market'
import { Performance } from '../../src/backtest/statistics/performance'
import { periodOf } from '../../src/backtest/statistics/periods'
import { BacktestVenue } from '../../src/backtest/venue'
import { WarmUp } from '../../src/backtest/warm-up'
import { PaperVenue } from '../../src/execution/paper-venue'
import type { Venue, VenueReport } from '../../src/execution/venue'
import type { HandlerName } from '../../src/sandbox/layout'
import { contract, instrument, LINEAR, openExchange, RULES, SYMBOL } from '../trading/venue'
import { RemoteExchange } from './remote-exchange'
import { venueContract } from './venue-contract'
import { Wire } from './wire'

const nothing = () => undefined

function listening(venue: Venue): VenueReport[] {
  const reports: VenueReport[] = []
  venue.listen({
    reported: (told) => void reports.push(...told),
    interrupted: nothing,
    refusal: nothing,
    sizeRefusal: nothing,
  })
  return reports
}

venueContract({
  name: 'the paper venue',
  make() {
    const venue: PaperVenue = new PaperVenue({
      provider: 'paper',
      paper: { model: 'linear', rules: RULES, accountFor: () => LINEAR },
      instrument,
      inTurn: false,
      publish: nothing,
      drained: () => Promise.resolve(),
      // what was reported is in the journal
      recall(owner, clientOrderId) {
        const told = reports.findLast(
          (one) => one.owner === owner && one.report.payload.clientOrderId === clientOrderId,
        )
        return told && { payload: told.report.payload, executions: [] }
      },
      emitted: nothing,
    })
    const reports = listening(venue)
    return { venue, reports, show: (event) => venue.observe([event]), [Symbol.dispose]: nothing }
  },
})

venueContract({
  name: 'a venue at the other end of a wire',
  make() {
    const remote = new RemoteExchange()
    const venue = new Wire(remote)
    return { venue, reports: listening(venue), show: (event) => remote.observe(event), [Symbol.dispose]: nothing }
  },
})

const ALL: ReadonlySet<HandlerName> = new Set([
  'onOrderAcknowledged',
  'onOrderPartialFill',
  'onOrderFilled',
  'onOrderCancelled',
  'onOrderRejected',
  'onOrderExpired',
])

const ONE_ACCOUNT = 'a backtest has one account, for as long as it runs'

venueContract({
  name: "a backtest's venue",
  skips: {
    'says what was traded': 'its reports are events for a strategy, which have it in their payload',
    'is rejected with the reason': 'its session has refused what it would reject',
    'asked for orders': 'nothing gets lost on the way to it: nobody asks',
    'an owner is cancelled at once': ONE_ACCOUNT,
    'an account is closed': ONE_ACCOUNT,
  },
  make() {
    const feed = { symbols: [SYMBOL] }
    const terms = { opening: '10000', period: periodOf(60_000), perYear: 365 }
    const performance = new Performance(terms, (symbol) => contract(symbol), nothing)
    const backtest = new BacktestVenue(
      { provider: 'paper', name: 'strategy', owner: 'backtest' },
      feed,
      instrument,
      new BacktestMarket(openExchange(), performance, new WarmUp(0, undefined)),
    )
    backtest.handlers = ALL
    const order = () => undefined
    return {
      venue: {
        openAccount: nothing,
        closeAccount: nothing,
        submit({ order: one, timeMs }) {
          backtest.submit(one, timeMs)
          backtest.execute()
        },
        cancel(_, clientOrderId, { timeMs }) {
          backtest.cancel('paper', clientOrderId, timeMs)
          backtest.execute()
        },
        cancelAll: nothing,
        order,
        openOrders: () =>
          backtest
            .view()
            .openOrders('')
            .map(({ clientOrderId, filledQuantity }) => ({
              payload: reportOf(clientOrderId, filledQuantity),
              executions: [],
            })),
        balances: () => backtest.account.balances(),
      },
      get reports() {
        return reports()
      },
      show(event) {
        backtest.load([event])
        backtest.seeThrough(0)
      },
      [Symbol.dispose]: nothing,
    }

    function reports(): VenueReport[] {
      return backtest.told.flatMap((told) =>
        told.type === 'ExecReport' ? [{ owner: 'me', report: { payload: told.payload } }] : [],
      )
    }

    function reportOf(clientOrderId: string, filledQuantity: string) {
      const { payload } = reports().findLast(({ report }) => report.payload.clientOrderId === clientOrderId)!.report
      return { ...payload, filledQuantity }
    }
  },
})
