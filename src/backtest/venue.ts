/** The paper exchange and its one account, brought along the events exactly as far as the strategy has come. */
import type { DataFeed } from '../market/files/open'
import { HANDLER_BY_STATE, type HandlerName } from '../sandbox/layout'
import type { BalanceUpdateEvent, ExecReportEvent, Instrument, MarketEvent, RiskControlEvent } from '../schema/events'
import type { ExecutionReport, Fill, Order } from '../schema/orders'
import type { Account } from '../trading/account'
import type { Owned, PaperExchange } from '../trading/exchange'
import { type Liquidation, liquidationNotice } from '../trading/liquidation'
import type { Performance } from './performance'

const OWNER = 'backtest'

export class Venue {
  /** Time of the last event seen. */
  timeMs = 0
  /** What happened to the strategy's orders and money and is still to be told to it. */
  readonly news: (ExecReportEvent | BalanceUpdateEvent | RiskControlEvent)[] = []
  /** When the account lost its equity, ms. */
  liquidatedMs: number | undefined
  /** What the strategy listens to: nothing else is told. */
  handlers: ReadonlySet<HandlerName> = new Set()
  private sequence = 0
  /** The first is the one meant where a strategy names none. */
  symbols: readonly string[]
  private events: readonly MarketEvent[] = []
  /** So many of the events were seen. */
  private seen = 0

  constructor(
    /** As the strategy calls it. */
    readonly provider: string,
    /** Of the strategy. */
    private readonly name: string,
    private readonly feed: DataFeed,
    readonly instrument: (symbol: string) => Instrument,
    private readonly exchange: PaperExchange,
    private readonly performance: Performance,
  ) {
    this.symbols = feed.symbols
  }

  get account(): Account {
    return this.exchange.account(OWNER)
  }

  /** The next events; all earlier ones were seen. */
  load(events: readonly MarketEvent[]): void {
    this.events = events
    this.seen = 0
    this.symbols = this.feed.symbols
  }

  /** Sees the events up to `index`. */
  seeThrough(index: number): void {
    while (this.seen <= index) {
      const event = this.events[this.seen++]!
      this.book(this.exchange.observe(event))
      this.performance.event(event)
      this.timeMs = event.timeMs
    }
  }

  /** The first event from `from` on, and before `to`, that is not seen yet and will cause something, or `to`. */
  quietUntil(from: number, to: number): number {
    let index = Math.max(from, this.seen)
    while (index < to && !this.exchange.reacts(this.events[index]!)) index++
    return Math.min(index, to)
  }

  /** Why the order would be rejected now, in a sentence. */
  refusal(order: Order): string | undefined {
    return this.exchange.refusal(OWNER, order)
  }

  submit(order: Order, timeMs: number): void {
    this.bookBetween(this.exchange.submit(OWNER, order, timeMs))
  }

  /** As `submit`, of an order that `refusal` has just let pass. */
  accept(order: Order, timeMs: number): void {
    this.bookBetween(this.exchange.accept(OWNER, order, timeMs))
  }

  cancel(clientOrderId: string, timeMs: number): void {
    this.bookBetween(this.exchange.cancel(OWNER, clientOrderId, timeMs))
  }

  /** @param symbol '' for every symbol. */
  cancelAll(symbol: string, timeMs: number): void {
    this.bookBetween(this.exchange.cancelAll(OWNER, symbol || undefined, timeMs))
  }

  /** What the strategy's own acts cause, no event following. */
  private bookBetween(owned: readonly Owned[]): void {
    if (this.book(owned)) this.performance.settle()
  }

  private book(owned: readonly Owned[]): boolean {
    let filled = false
    for (const { report, amounts, liquidation } of owned) {
      if (this.handlers.has(HANDLER_BY_STATE[report.payload.state])) this.news.push(this.reported(report))
      if (report.fill) {
        this.performance.fill(report.fill, amounts)
        if (this.handlers.has('onBalanceUpdate')) this.news.push(...this.balances(report.fill))
        filled = true
      }
      if (liquidation) this.liquidated(liquidation)
    }
    return filled
  }

  private liquidated(liquidation: Liquidation): void {
    const { provider, name } = this
    const { symbol, timeMs } = liquidation
    this.liquidatedMs ??= timeMs
    if (!this.handlers.has('onRiskControl')) return
    const sequence = ++this.sequence
    const eventId = `risk:${name}:${sequence}`
    const payload = { strategyId: name, provider, symbol, ...liquidationNotice(liquidation), timestamp: timeMs }
    this.news.push({ type: 'RiskControl', eventId, provider, symbol, sequence, timeMs, payload })
  }

  private reported({ order, payload }: ExecutionReport): ExecReportEvent {
    const { provider } = this
    const { symbol, clientOrderId } = order
    const sequence = ++this.sequence
    const eventId = `${clientOrderId}:${payload.state}:${sequence}`
    return { type: 'ExecReport', eventId, provider, symbol, sequence, timeMs: payload.timestamp, payload }
  }

  /** Of the currencies that a fill has moved. */
  private *balances({ symbol, timeMs }: Fill): Generator<BalanceUpdateEvent> {
    const { baseCurrency, quoteCurrency } = this.instrument(symbol)
    for (const { currency, total, available } of this.account.balances()) {
      if (currency !== baseCurrency && currency !== quoteCurrency) continue
      const sequence = ++this.sequence
      const head = {
        eventId: `${this.provider}-balance-${sequence}`,
        provider: this.provider,
        symbol,
        sequence,
        timeMs,
      }
      yield { type: 'BalanceUpdate', ...head, payload: { currency, total, available, timestamp: timeMs } }
    }
  }
}
