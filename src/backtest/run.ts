/** A backtest from its parts to its figures. */
import { Failure } from '../errors/failure'
import { breathe } from '../files/breathe'
import type { DataFeed } from '../market/files/open'
import type { Instrument, MarketEvent } from '../schema/events'
import { type Contract, contractsOf } from '../trading/contract'
import { Decimal, ZERO } from '../trading/decimal'
import { SimulatedExchange } from '../trading/exchange/simulated-exchange'
import { BacktestMarket } from './market'
import { type RunObserver, together } from './observer'
import { BATCH, Seat } from './seat'
import { writtenPoints } from './statistics/equity-points'
import { type Measurements, Performance } from './statistics/performance'
import { periodOf } from './statistics/periods'
import type { Backtest, MemberRan, Parts, Ran, Together, TogetherRan } from './terms'
import { warmUpOf } from './warm-up'

export type { Backtest, Ran, TogetherRan } from './terms'

/**
 * @throws Failure data_broken and data_unreadable as the feed does, or when it has no event; launch_failed when the
 * strategy cannot be created.
 */
export async function runBacktest(backtest: Backtest): Promise<Ran> {
  const { strategy, config, ...parts } = backtest
  const { members: _, ...ran } = await run({ ...parts, members: [{ label: strategy.name, strategy, config }] }, 'own')
  return ran
}

/** As `runBacktest`, of strategies beside each other: none hears of the orders of another. */
export const runTogether = (group: Together): Promise<TogetherRan> => run(group, group.accounts)

async function run(parts: Parts, accounts: Together['accounts']): Promise<TogetherRan> {
  const { feed, settings, provider, members, signal, rules: marketRules, observers = [] } = parts
  const observer = together(observers)
  const { account: model, leverage, margin: checkMargin, cash, rules, multiplier, marginPerContract } = settings
  const contracts = { model, ...(multiplier && { multiplier }), ...(marginPerContract && { marginPerContract }) }
  const instrument = remembered((symbol) => {
    const bare = feed.instrument(symbol)
    return marketRules?.apply(bare) ?? bare
  })
  const contract = contractsOf(contracts, instrument)
  const currency = currencyOf(feed, contract)
  const period = periodOf(feed.intervalMs)
  const { periods = period.perYear } = settings
  const warmUp = warmUpOf(settings, feed)
  const opening = accounts === 'own' ? sumOf(members.map(() => cash)) : cash
  const labels = members.length > 1 ? members.map(({ label }) => label) : []
  const keepsPoints = observer.valued ? ('exact' as const) : observer.valuedNearly && ('near' as const)
  const valuing = { opening, period, perYear: periods, keepsPoints, labels }
  const performance = new Performance(valuing, contract, observer.traded ?? (() => undefined))
  const account = { ...contracts, leverage, checkMargin, cash: { [currency]: cash }, cashSetBy: '--cash' }
  const averageMinutes = (symbol: string) => marketRules?.find(symbol)?.averagePriceMinutes
  const exchange = new SimulatedExchange({ rules, account, instrument, averageMinutes, venue: provider })
  const market = new BacktestMarket(exchange, performance, warmUp, observer.reported)
  using stack = new DisposableStack()
  const seats = members.map((member) => {
    const seat = new Seat(parts, member, { accounts, market, warmUp, instrument, observer })
    return stack.use(seat)
  })
  let hasBegun = false
  for await (const events of feed.batches()) {
    if (events.length === 0) continue
    if (!hasBegun) {
      market.timeMs = events[0]!.timeMs
      for (const seat of seats) seat.start()
    }
    hasBegun = true
    await goThrough(seats, events, signal)
    const isOver = seats.every(({ loop }) => loop.stopped !== undefined)
    observer.advanced?.(isOver ? events.filter(({ timeMs }) => timeMs <= market.timeMs) : events)
    if (isOver) break
  }
  if (!hasBegun) throw new Failure('data_unreadable', 'the data have no row in the time asked for')
  if (seats.every(({ loop }) => loop.stopped === undefined)) warmUp.refuseUnfinished()
  for (const seat of seats) seat.end()
  for (const { loop } of seats) loop.lastCall()
  const { equity, profits, ...measured } = performance.end()!
  tellEquity(observer, equity, profits)
  const each = seats.map((seat) => seat.ran)
  const { firstPrices } = performance
  return { ...measured, firstPrices, currency, period: period.name, periods, ...sumsOf(each, seats), members: each }
}

/** One by itself goes as far as it can at once; several go event by event, in their order. */
async function goThrough(seats: readonly Seat[], events: readonly MarketEvent[], signal?: AbortSignal): Promise<void> {
  const [first, ...others] = seats.map(({ loop }) => loop)
  if (others.length === 0) return first!.run(events, signal)
  const loops = [first!, ...others]
  for (let from = 0; from < events.length; from += BATCH) {
    const to = Math.min(from + BATCH, events.length)
    const going = loops.filter(({ stopped }) => stopped === undefined)
    for (const loop of going) loop.load(events, from, to)
    for (let index = from; index < to && going.length > 0; index++) {
      for (const loop of going) loop.hear(events, index)
      for (const loop of going) loop.handle(index)
      seats[0]!.seeThrough(index)
    }
    await breathe()
    if (signal?.aborted) for (const loop of going) loop.stopped ??= 'interrupted'
  }
}

function tellEquity(observer: RunObserver, equity: Measurements['equity'], profits: Measurements['profits']): void {
  if (equity === undefined) return
  observer.valuedNearly?.(equity, profits)
  if (observer.valued === undefined) return
  const written = profits && new Map([...profits].map(([label, points]) => [label, writtenPoints(points)]))
  observer.valued(writtenPoints(equity), written)
}

function sumsOf(each: readonly MemberRan[], seats: readonly Seat[]) {
  const sum = (field: 'orders' | 'skipped' | 'logs' | 'errors') => each.reduce((total, one) => total + one[field], 0)
  const liquidations = seats.flatMap(({ liquidatedMs }) => liquidatedMs ?? [])
  const stops = each.filter(({ stopped }) => stopped !== null)
  const [only] = each
  const told = each.length === 1 ? only!.stopped : stops.map(({ label, stopped }) => `${label}: ${stopped}`).join('; ')
  return {
    orders: sum('orders'),
    skipped: sum('skipped'),
    logs: sum('logs'),
    errors: sum('errors'),
    stopped: told || null,
    liquidatedMs: liquidations.length > 0 ? Math.min(...liquidations) : null,
    handled: each.some(({ handled }) => handled),
    awaited: each.some(({ awaited }) => awaited),
  }
}

function sumOf(amounts: readonly string[]): string {
  return amounts.reduce((sum, amount) => sum.plus(Decimal.parse(amount)), ZERO).toString()
}

/** One account counts in one currency. */
function currencyOf(feed: DataFeed, contract: (symbol: string) => Contract): string {
  const currencies = [...new Set(feed.symbols.map((symbol) => contract(symbol).settlementCurrency))]
  const [currency] = currencies
  if (currency === undefined) throw new Failure('data_unreadable', 'the data name no symbol')
  if (currencies.length === 1) return currency
  const how = feed.symbols.some((symbol) => contract(symbol).kind === 'inverse') ? 'settled' : 'quoted'
  throw new Failure('usage', `the symbols are ${how} in ${currencies.join(' and ')}: choose one with --symbol`)
}

/** The rules of a market do not change, and are asked for at every order. */
function remembered(instrument: (symbol: string) => Instrument): (symbol: string) => Instrument {
  const known = new Map<string, Instrument>()
  return (symbol) => {
    const found = known.get(symbol) ?? instrument(symbol)
    known.set(symbol, found)
    return found
  }
}
