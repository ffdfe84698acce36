/**
 * Where the orders of one provider go: its paper exchange, with every step in the journal.
 * Market events pass the exchange first, so that an owner learns of its fill before the event that made it.
 */

import type { HostPool } from '../hosts/pool'
import type { ProviderScope } from '../protocol/launch'
import type { Mark } from '../protocol/orders'
import type { Instrument, MarketEvent } from '../schema/events'
import type { BalanceItem } from '../schema/instance-records'
import type { ExecutionReport, Order } from '../schema/orders'
import type { AccountSettings, AccountState } from '../schema/paper'
import type { Store } from '../store/store'
import type { Metrics } from '../telemetry/metrics'
import { DelayedActions } from '../trading/exchange/delayed-actions'
import type { Liquidation } from '../trading/exchange/liquidation'
import { type Owned, SimulatedExchange } from '../trading/exchange/simulated-exchange'
import type { OrderContext } from '../trading/risk/rules'
import { ActsInTurn } from './acts-in-turn'
import type { PaperSettings } from './paper-settings'

/** Whose account it is. Orders and fills are kept under `key`, for an id may be used again. */
export interface Owner {
  readonly key: number
  readonly id: string
}

export interface PaperVenueDeps {
  readonly provider: string
  readonly paper: PaperSettings
  readonly instrument: (symbol: string) => Instrument
  /** None of its events may be left out. */
  readonly lossless: boolean
  /** See `Provider.inTurn`. */
  readonly inTurn: boolean
  readonly store: Store
  readonly hosts: HostPool
  readonly metrics: Metrics
  /** An order is in the journal, and on its way. */
  readonly sent: (owner: Owner, order: Order, timeMs: number) => void
  /** After a report was journalled. */
  readonly reported: (owner: Owner, report: ExecutionReport) => void
  /** After the reports of what has ended with it. */
  readonly liquidated: (owner: Owner, liquidation: Liquidation) => void
  /** Why an order may not be placed, now that it is here: what its host could not know of when it let it go. */
  readonly refusal: (owner: Owner, order: Order, market: () => OrderContext) => string | undefined
}

interface Member extends Owner {
  readonly account: AccountSettings
  /** Since its account's state was last kept. */
  fills: number
}

/** Fills after which the state of an account is kept again: so many are soon booked when it is opened. */
const STATE_EVERY = 1000

export class PaperVenue {
  private readonly exchange: SimulatedExchange
  /** By the name that the exchange knows the owner by. */
  private readonly members = new Map<string, Member>()
  private readonly delayedActions = new DelayedActions()
  private readonly acts: ActsInTurn
  /** When what was observed last is passed on. */
  private settled: Promise<void> | undefined
  /** Time of the last event seen. */
  marketMs = 0

  constructor(private readonly settings: PaperVenueDeps) {
    const { paper, instrument, provider, hosts } = settings
    this.acts = new ActsInTurn(() => hosts.drained())
    this.exchange = new SimulatedExchange({
      rules: paper.rules,
      account: (owner) => this.members.get(owner)!.account,
      instrument,
      venue: provider,
    })
  }

  /**
   * Opens the account of an instance as the journal says it stood; again when its symbols have changed. Orders that rest
   * go on resting; what would have been done long ago (market, IOC, FOK) ends as cancelled, and so does what an account
   * that was liquidated has left.
   */
  openAccounts(owner: Owner, symbols: readonly string[], timeMs: number): void {
    const name = String(owner.key)
    this.delayedActions.forget(name)
    const { account, openOrders } = this.rebuild(owner, symbols)
    this.keepState(name)
    for (const { order, progress, placedMs } of openOrders) {
      this.exchange.restore(name, order, progress, placedMs)
      const isOver = !rests(order) || account.isLiquidated(account.contract(order.symbol).settlementCurrency)
      if (isOver) this.tell(this.exchange.cancel(name, order.clientOrderId, timeMs))
    }
  }

  /** A long history in parts: what each has made of the account is kept, and not booked again. */
  private rebuild(owner: Owner, symbols: readonly string[]) {
    const { key, id } = owner
    const name = String(key)
    const { store, provider, paper, instrument } = this.settings
    const cashSetBy = `paper.cash in the config of the provider "${provider}"`
    for (;;) {
      this.exchange.forget(name)
      const { state, fills, moreAfter, openOrders } = store.journal.history(key, provider, paper.model)
      const traded = [...symbols, ...symbolsOf(state), ...fills.map(({ symbol }) => symbol)]
      const settings = { ...paper.accountFor(traded.map(instrument)), cashSetBy }
      this.members.set(name, { key, id, account: settings, fills: fills.length })
      const account = this.exchange.open(name, state, fills)
      if (moreAfter === undefined) return { account, openOrders }
      store.journal.accountStood(key, provider, account.state, moreAfter)
    }
  }

  knows(owner: Owner): boolean {
    return this.members.has(String(owner.key))
  }

  /** The instance is gone for good: its orders are cancelled, its account closed. */
  leave(owner: Owner, timeMs: number): void {
    const name = String(owner.key)
    if (!this.members.has(name)) return
    this.delayedActions.forget(name)
    this.tell(this.exchange.cancelAll(name, undefined, timeMs))
    this.exchange.forget(name)
    this.members.delete(name)
  }

  /** What a sandbox host needs to know of the account. */
  scopeOf(owner: Owner, symbols: readonly string[]): ProviderScope {
    const { instrument, provider, paper, store } = this.settings
    const { state, fills, openOrders } = store.journal.history(owner.key, provider, paper.model)
    // Also those that it traded when its scope was another one: their fills are part of the account.
    const moved = [...fills, ...openOrders.map(({ order }) => order)].map(({ symbol }) => symbol)
    const traded = [...symbolsOf(state), ...moved]
    return {
      provider,
      symbols,
      instruments: [...new Set([...symbols, ...traded])].map(instrument),
      account: this.members.get(String(owner.key))!.account,
      ...(state && { state }),
      fills,
      openOrders: openOrders.map(({ order, progress: { filledQuantity } }) => ({ order, filledQuantity })),
    }
  }

  observe(events: readonly MarketEvent[]): void {
    const { hosts, metrics, provider, lossless } = this.settings
    metrics.eventsEmitted(provider, events.length)
    if (this.settings.inTurn) {
      for (const event of events)
        this.settled = this.settled?.then(() => this.observeInTurn(event)) ?? this.observeInTurn(event)
      return
    }
    let first = 0
    const publishUpTo = (index: number) => {
      if (index > first) hosts.publish(events.slice(first, index), lossless)
      first = index
    }
    for (let index = 0; index < events.length; index++) {
      const event = events[index]!
      if (this.delayedActions.quietUntilMs < event.timeMs) {
        publishUpTo(index)
        this.delayedActions.release(event.timeMs)
      }
      this.marketMs = event.timeMs
      const owned = this.exchange.observe(event)
      if (owned.length === 0) continue
      publishUpTo(index)
      this.tell(owned, event)
    }
    hosts.publish(first === 0 ? events : events.slice(first), lossless)
  }

  /** Resolves when its instances have handled all that was observed so far, and what they did of it has been done. */
  async drained(): Promise<void> {
    const { settled } = this
    await settled
    if (this.settled === settled) this.settled = undefined
    await this.acts.answered()
  }

  /** What the event causes is told, and answered, before the event itself is. */
  private observeInTurn(event: MarketEvent): Promise<void> | undefined {
    const { hosts, lossless } = this.settings
    if (this.delayedActions.quietUntilMs < event.timeMs) {
      this.delayedActions.release(event.timeMs)
      return this.acts.answered().then(() => this.observeInTurn(event))
    }
    this.marketMs = event.timeMs
    const owned = this.exchange.observe(event)
    const publish = () => hosts.publish([event], lossless)
    if (owned.length === 0) {
      publish()
      return undefined
    }
    this.tell(owned, event)
    return this.acts.answered().then(publish)
  }

  /**
   * Journalled before it is sent; where that fails it is rejected.
   * @param waits for the market to come up to its time: a strategy that has slept on a recording's clock is ahead of it.
   */
  submit(owner: Owner, order: Order, timeMs: number, waits: boolean): void {
    const { store, hosts, provider } = this.settings
    const name = String(owner.key)
    const isTaken = store.problem === undefined
    if (isTaken) store.journal.ordered(owner.key, order, timeMs)
    if (store.problem !== undefined) {
      const rejected = this.exchange.reject(name, order, timeMs, `it cannot be journalled: ${store.problem}`)
      // What the journal never hears of needs no end there: it would only take the place of fills that wait for the disk.
      if (isTaken) this.tell(rejected)
      else for (const { report } of rejected) hosts.report(owner.id, provider, report)
      return
    }
    this.settings.sent(owner, order, timeMs)
    this.act(name, timeMs, waits, (dueMs) => {
      const refusal = this.settings.refusal(owner, order, () => this.marketOf(name, order.symbol))
      return refusal === undefined
        ? this.exchange.submit(name, order, dueMs)
        : this.exchange.reject(name, order, dueMs, refusal)
    })
  }

  /** @param waits as for `submit`. */
  cancel(owner: Owner, clientOrderId: string, timeMs: number, waits: boolean): void {
    const name = String(owner.key)
    this.act(name, timeMs, waits, (dueMs) => this.exchange.cancel(name, clientOrderId, dueMs))
  }

  cancelAll(owner: Owner, timeMs: number): void {
    if (this.knows(owner)) this.tell(this.exchange.cancelAll(String(owner.key), undefined, timeMs))
  }

  balances(owner: Owner): BalanceItem[] {
    const { provider } = this.settings
    if (!this.knows(owner)) return []
    const balances = this.exchange.account(String(owner.key)).balances()
    return balances.map(({ currency, total, available }) => ({ provider, currency, total, available }))
  }

  private marketOf(owner: string, symbol: string): OrderContext {
    const account = this.exchange.account(owner)
    const contract = account.contract(symbol)
    return { contract, lastPrice: this.exchange.lastPrice(symbol), exposure: account.exposure(symbol) }
  }

  private act(owner: string, timeMs: number, waits: boolean, act: (dueMs: number) => readonly Owned[]): void {
    if (this.settings.inTurn) this.acts.ask(() => this.actNow(owner, timeMs, waits, act))
    else this.actNow(owner, timeMs, waits, act)
  }

  private actNow(owner: string, timeMs: number, waits: boolean, act: (dueMs: number) => readonly Owned[]): void {
    if (!this.members.has(owner)) return
    if (waits && timeMs > this.marketMs) this.delayedActions.add(owner, timeMs, () => this.tell(act(timeMs)))
    // of a recording, the handler of a report may lag behind the market
    else this.tell(act(waits ? this.marketMs : timeMs))
  }

  /**
   * To the journal, then to the owner.
   * @param cause the event that has caused it.
   */
  private tell(owned: readonly Owned[], cause?: MarketEvent): void {
    const mark = cause && this.markOf(cause)
    const { store, hosts, provider } = this.settings
    for (const { owner: name, report, closes, liquidation } of owned) {
      const owner = this.members.get(name)!
      if (closes) store.journal.ordered(owner.key, report.order, report.payload.timestamp)
      const seq = store.journal.reported(owner.key, report)
      if (report.fill) owner.fills++
      this.settings.reported(owner, report)
      const valuedAt = this.exchange.account(name).valuedAt(report.order.clientOrderId)
      hosts.report(owner.id, provider, report, seq, {
        ...(mark && { mark }),
        ...(valuedAt !== undefined && { valuedAt }),
      })
      if (report.fill) {
        const rules = this.settings.instrument(report.fill.symbol)
        hosts.balances(owner.id, provider, report.fill, rules, this.exchange.account(name).balances())
      }
      if (liquidation) this.settings.liquidated(owner, liquidation)
    }
    for (const { owner } of owned) this.keepState(owner)
  }

  private markOf({ symbol }: MarketEvent): Mark | undefined {
    const price = this.exchange.lastPrice(symbol)?.toString()
    return price === undefined ? undefined : { symbol, price }
  }

  /** When all that its account has seen is told: the journal has the fills before the state that they made. */
  private keepState(name: string): void {
    const { store, provider } = this.settings
    const member = this.members.get(name)!
    if (member.fills < STATE_EVERY) return
    store.journal.accountStood(member.key, provider, this.exchange.account(name).state)
    member.fills = 0
  }
}

const symbolsOf = (state: AccountState | undefined) => (state?.positions ?? []).map(([symbol]) => symbol)

const rests = ({ type, timeInForce }: Order) => timeInForce === 'GTC' && type !== 'market'
