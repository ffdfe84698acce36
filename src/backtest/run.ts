/** A backtest from its parts to its figures. */
import { Failure } from '../errors/failure'
import type { DataFeed } from '../market/files/open'
import type { MarketRules } from '../market/rules/rules'
import type { Engine } from '../sandbox/engine'
import type { Fault } from '../sandbox/fault'
import { faultMessage } from '../sandbox/fault-message'
import { Sandbox } from '../sandbox/sandbox'
import { SourceMap } from '../sandbox/source-map'
import type { Instrument, MarketEvent } from '../schema/events'
import { type Contract, contractsOf } from '../trading/contract'
import { SimulatedExchange } from '../trading/exchange/simulated-exchange'
import { RiskGate } from '../trading/risk/gate'
import type { Line } from '../trading/session/logbook'
import { idPrefix } from '../trading/session/order-entry'
import { Session } from '../trading/session/session'
import type { Encodings } from './encodings'
import { Loop } from './loop'
import { type RunObserver, together } from './observer'
import type { BacktestSettings } from './settings'
import { type Measurements, Performance } from './statistics/performance'
import { type Period, periodOf } from './statistics/periods'
import type { CompiledStrategy } from './strategy'
import { BacktestVenue } from './venue'
import { type WarmUp, warmUpOf } from './warm-up'

/** It starts once: nothing has to tell its order ids from those of another start. */
const ONLY_START = 0
/** Events that are delivered at once, at most. */
const BATCH = 256

export interface Backtest {
  readonly engine: Engine
  readonly strategy: Pick<CompiledStrategy, 'name' | 'bytecode' | 'sourceMap'>
  /** Every declared field; `dry_run` true sends no order. */
  readonly config: Readonly<Record<string, unknown>>
  readonly settings: BacktestSettings
  /** Read to its end, and left open. */
  readonly feed: DataFeed
  /** The rules of the markets; absent: none binds but what the data tell. */
  readonly rules?: MarketRules
  /** As the strategy sees it. */
  readonly provider: string
  readonly batch?: number
  /** Records of other runs over the same feed. */
  readonly encodings?: Encodings
  /** Ends it between two batches. */
  readonly signal?: AbortSignal
  readonly observers?: readonly RunObserver[]
}

export interface Ran extends Omit<Measurements, 'equity'> {
  /** The currency in which money is counted. */
  readonly currency: string
  /** The length of each of the returns. */
  readonly period: Period['name']
  /** How many of them annual figures count in a year. */
  readonly periods: number
  readonly orders: number
  /** Orders that a dry run did not send. */
  readonly skipped: number
  readonly logs: number
  readonly errors: number
  /** Why it ended before the data did. */
  readonly stopped: string | null
  /** When the account lost its equity, ms; it was liquidated then. */
  readonly liquidatedMs: number | null
  /** The strategy has a handler for what the data hold. */
  readonly handled: boolean
}

/**
 * @throws Failure data_broken and data_unreadable as the feed does, or when it has no event; launch_failed when the
 * strategy cannot be created.
 */
export async function runBacktest(backtest: Backtest): Promise<Ran> {
  const { feed, settings, provider, signal, rules: marketRules, observers = [] } = backtest
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
  const valuing = { opening: cash, period, perYear: periods, keepsPoints: observer.valued !== undefined }
  const warmUp = warmUpOf(settings, feed)
  const performance = new Performance(valuing, contract, observer.traded ?? (() => undefined))
  const account = { ...contracts, leverage, checkMargin, cash: { [currency]: cash }, cashSetBy: '--cash' }
  const exchange = new SimulatedExchange({
    rules,
    account,
    instrument,
    averageMinutes: (symbol) => marketRules?.find(symbol)?.averagePriceMinutes,
    venue: provider,
  })
  const venue = new BacktestVenue(
    provider,
    backtest.strategy.name,
    feed,
    instrument,
    exchange,
    performance,
    warmUp,
    observer,
  )
  const { logged = () => undefined } = observer
  const lines = { hasRoom: () => true, send: ({ message }: Line, timeMs: number) => logged(timeMs, message) }
  const terms = {
    idPrefix: idPrefix(backtest.strategy.name, ONLY_START),
    dryRun: backtest.config.dry_run === true,
    seed: settings.seed,
    rates: settings.rates,
  }
  const session = new Session(terms, new RiskGate(), venue, lines)
  using sandbox = new Sandbox(backtest.engine, session)
  let loop: Loop | undefined
  for await (const events of feed.batches()) {
    if (events.length === 0) continue
    loop ??= start(backtest, sandbox, venue, warmUp.again(), events, observer.faulted)
    await loop.run(events, signal)
    observer.advanced?.(loop.stopped === undefined ? events : events.filter(({ timeMs }) => timeMs <= venue.timeMs))
    if (loop.stopped) break
  }
  if (!loop) throw new Failure('data_unreadable', 'the data have no row in the time asked for')
  if (!loop.stopped) warmUp.refuseUnfinished()
  loop.end(session.ownMs(venue.timeMs))
  const { orders, skipped } = session
  const { count: logs } = session.logbook
  const { errors, stopped = null, handled } = loop
  const { equity, ...measured } = performance.end()!
  if (equity) observer.valued?.(equity)
  const { liquidatedMs = null } = venue
  const ends = { stopped, liquidatedMs }
  return { ...measured, currency, period: period.name, periods, orders, skipped, logs, errors, ...ends, handled }
}

function start(
  { strategy, config, provider, feed, batch = BATCH, encodings }: Backtest,
  sandbox: Sandbox,
  venue: BacktestVenue,
  warmUp: WarmUp,
  events: readonly MarketEvent[],
  faulted: RunObserver['faulted'] = () => undefined,
): Loop {
  venue.timeMs = events[0]!.timeMs
  if (strategy.sourceMap !== undefined) sandbox.sourceMap = new SourceMap(strategy.sourceMap)
  const loaded = sandbox.load(strategy.bytecode)
  if ('fault' in loaded) throw failedToLaunch('the module', strategy.name, loaded.fault)
  const dryRun = config.dry_run === true
  const environment = { config, providers: [provider], symbols: feed.symbols, dryRun, tradingActive: warmUp.isOver }
  const created = sandbox.start(environment)
  if ('fault' in created) throw failedToLaunch('create', strategy.name, created.fault)
  const handlers = new Set(created.started.handlers)
  venue.handlers = handlers
  const told = { batch, faulted, ...(encodings && { encodings }) }
  return new Loop({ name: strategy.name, sandbox, handlers, venue, warmUp, dryRun, ...told })
}

function failedToLaunch(what: string, name: string, fault: Fault): Failure {
  return new Failure('launch_failed', faultMessage(what, `${name}.js`, fault))
}

/** One account counts in one currency. */
function currencyOf(feed: DataFeed, contract: (symbol: string) => Contract): string {
  const currencies = [...new Set(feed.symbols.map((symbol) => contract(symbol).settlementCurrency))]
  const [currency] = currencies
  if (currency === undefined) throw new Failure('data_unreadable', 'the data name no symbol that was asked for')
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
