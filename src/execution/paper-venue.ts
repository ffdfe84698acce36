/**
 * The simulated exchange as a venue, brought along the market of one provider. Market events pass the exchange first, so
 * that an owner learns of its fill before the event that made it. Where a recording has an order of things, as in a
 * backtest, it is kept here.
 */
import type { Mark } from '../protocol/orders'
import type { KeptAction, KeptVenue } from '../schema/cuts'
import type { Instrument, MarketEvent } from '../schema/events'
import type { Order } from '../schema/orders'
import type { AccountSettings } from '../schema/paper'
import type { Account, BalanceView } from '../trading/accounts/account'
import { Decimal } from '../trading/decimal'
import { DelayedActions } from '../trading/exchange/delayed-actions'
import { type Owned, SimulatedExchange } from '../trading/exchange/simulated-exchange'
import { ActsInTurn } from './acts-in-turn'
import type { PaperSettings } from './paper-settings'
import type { AccountOpening, InsideVenue, Moment, OrderStanding, Submission, VenueListener } from './venue'

export interface PaperVenueDeps {
  readonly provider: string
  readonly paper: PaperSettings
  readonly instrument: (symbol: string) => Instrument
  /** See `Provider.inTurn`. */
  readonly inTurn: boolean
  /** Shows events to the instances, once the exchange has seen them. */
  readonly publish: (events: readonly MarketEvent[]) => void
  /** Resolves when all that was published so far is handled. */
  readonly drained: () => Promise<void>
  /** Its memory of orders that have ended is the journal. */
  readonly recall: (owner: string, clientOrderId: string) => OrderStanding | undefined
  /** So many events have come. */
  readonly emitted: (count: number) => void
}

export class PaperVenue implements InsideVenue {
  readonly isOutside = false
  private readonly exchange: SimulatedExchange
  /** By the name that the exchange knows the owner by. */
  private readonly accounts = new Map<string, AccountSettings>()
  private readonly delayedActions = new DelayedActions<KeptAction>()
  private readonly acts: ActsInTurn
  private listener: VenueListener | undefined
  /** When what was observed last is passed on. */
  private settled: Promise<void> | undefined
  /** The cut that it goes on from, and the client order ids of orders that are not put back yet. */
  private goingOn: { readonly venue: KeptVenue; readonly ids: ReadonlySet<string> } | undefined
  /** Time of the last event seen. */
  marketMs = 0

  constructor(private readonly deps: PaperVenueDeps) {
    const { paper, instrument, provider, drained } = deps
    this.acts = new ActsInTurn(drained)
    this.exchange = new SimulatedExchange({
      rules: paper.rules,
      account: (owner) => this.accounts.get(owner)!,
      instrument,
      venue: provider,
      averageMinutes: (symbol) => instrument(symbol).averagePriceMinutes,
      sizeRefusal: (owner, order) => this.listener?.sizeRefusal(owner, order),
    })
  }

  listen(listener: VenueListener): void {
    this.listener = listener
  }

  get model() {
    return this.deps.paper.model
  }

  accountFor(instruments: readonly Instrument[]): AccountSettings {
    const { paper, provider } = this.deps
    return { ...paper.accountFor(instruments), cashSetBy: `paper.cash in the config of the provider "${provider}"` }
  }

  /**
   * As the journal says that the account stood. Orders that rest go on resting; what would have been done long ago
   * (market, IOC, FOK) ends as cancelled, and so does what an account that was liquidated has left.
   */
  openAccount({ owner, settings, state, fills, openOrders, timeMs }: AccountOpening): void {
    this.forget(owner)
    this.accounts.set(owner, settings)
    const account = this.exchange.open(owner, state, fills)
    for (const { order, progress, placedMs } of openOrders) {
      if (this.keeps(order.clientOrderId)) continue
      this.exchange.restore(owner, order, progress, placedMs)
      const isOver = !rests(order) || account.isLiquidated(account.contract(order.symbol).settlementCurrency)
      if (isOver) this.tell(this.exchange.cancel(owner, order.clientOrderId, timeMs))
    }
  }

  /** It goes on from a cut: what the cut has of orders comes before what the journal tells of them. */
  goOnFrom(venue: KeptVenue): void {
    const actions = venue.actions.flatMap((action) => (action.kind === 'submit' ? [action.order.clientOrderId] : []))
    const orders = venue.orders.map(({ order }) => order.clientOrderId)
    this.goingOn = { venue, ids: new Set([...orders, ...actions]) }
    this.marketMs = venue.marketMs
  }

  keeps(clientOrderId: string): boolean {
    return this.goingOn?.ids.has(clientOrderId) ?? false
  }

  /** Its accounts are open again: so are the orders that the cut has of them. */
  putBack(): void {
    if (!this.goingOn) return
    const { venue } = this.goingOn
    this.exchange.putBack(
      venue,
      venue.orders.filter(({ owner }) => this.accounts.has(owner)),
    )
    for (const action of venue.actions) if (this.accounts.has(action.owner)) this.delay(action)
    this.goingOn = { venue, ids: new Set() }
  }

  /** Events that it has observed before the cut. */
  seen(events: readonly MarketEvent[]): void {
    for (const event of events) this.exchange.seen(event)
  }

  /** All of them were seen. */
  arrived(): void {
    this.exchange.arrived(this.goingOn?.venue.quotes ?? [])
    this.goingOn = undefined
  }

  /** When nothing is under way. @param isKept whether an owner counts. */
  kept(isKept: (owner: string) => boolean): KeptVenue {
    const actions = this.delayedActions.all.filter(({ owner }) => isKept(owner))
    return { ...this.exchange.kept(isKept), marketMs: this.marketMs, actions }
  }

  closeAccount(owner: string, timeMs: number): void {
    this.tell(this.exchange.cancelAll(owner, undefined, timeMs))
    this.forget(owner)
    this.accounts.delete(owner)
  }

  observe(events: readonly MarketEvent[]): void {
    const { emitted } = this.deps
    const publish = (shown: readonly MarketEvent[]) => this.publish(shown)
    emitted(events.length)
    if (this.deps.inTurn) {
      for (const event of events)
        this.settled = this.settled?.then(() => this.observeInTurn(event)) ?? this.observeInTurn(event)
      return
    }
    let first = 0
    const publishUpTo = (index: number) => {
      if (index > first) publish(events.slice(first, index))
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
    publish(first === 0 ? events : events.slice(first))
  }

  /** Resolves when its instances have handled all that was observed so far, and what they did of it has been done. */
  async drained(): Promise<void> {
    const { settled } = this
    await settled
    if (this.settled === settled) this.settled = undefined
    await this.acts.answered()
  }

  submit({ owner, order, given, timeMs, waits }: Submission): void {
    this.act({ kind: 'submit', owner, order, given, dueMs: timeMs }, waits)
  }

  cancel(owner: string, clientOrderId: string, { timeMs, waits }: Moment): void {
    this.act({ kind: 'cancel', owner, clientOrderId, dueMs: timeMs }, waits)
  }

  cancelAll(owner: string, timeMs: number): void {
    this.tell(this.exchange.cancelAll(owner, undefined, timeMs))
  }

  order(owner: string, clientOrderId: string): OrderStanding | undefined {
    const payload = this.exchange.standing(owner, clientOrderId)
    return payload ? { payload, executions: [] } : this.deps.recall(owner, clientOrderId)
  }

  openOrders(owner: string): OrderStanding[] {
    return this.exchange.openAt(owner).map(({ clientOrderId }) => this.order(owner, clientOrderId)!)
  }

  balances(owner: string): BalanceView[] {
    return this.account(owner).balances()
  }

  lastPrice(symbol: string): Decimal | undefined {
    return this.exchange.lastPrice(symbol)
  }

  /** The price that an order of the market would be traded to at once; undefined: nobody knows. */
  reach({ symbol, side, quantity }: Order): Decimal | undefined {
    return this.exchange.reach(symbol, side, Decimal.parse(quantity))
  }

  account(owner: string): Account {
    return this.exchange.account(owner)
  }

  private forget(owner: string): void {
    this.delayedActions.forget(owner)
    this.acts.forget(owner)
    this.exchange.forget(owner)
  }

  /** What the event causes is told, and answered, before the event itself is. */
  private observeInTurn(event: MarketEvent): Promise<void> | undefined {
    if (this.delayedActions.quietUntilMs < event.timeMs) {
      this.delayedActions.release(event.timeMs)
      return this.acts.answered().then(() => this.observeInTurn(event))
    }
    this.marketMs = event.timeMs
    const owned = this.exchange.observe(event)
    if (owned.length === 0) {
      this.publish([event])
      return undefined
    }
    this.tell(owned, event)
    return this.acts.answered().then(() => this.publish([event]))
  }

  private publish(events: readonly MarketEvent[]): void {
    const shown = events.some(isHidden) ? events.filter((event) => !isHidden(event)) : events
    if (shown.length > 0) this.deps.publish(shown)
  }

  private act(action: KeptAction, waits: boolean): void {
    if (this.deps.inTurn) this.acts.ask(action.owner, () => this.actNow(action, waits))
    else this.actNow(action, waits)
  }

  private actNow(action: KeptAction, waits: boolean): void {
    const { owner, dueMs } = action
    if (waits && this.delayedActions.mustWait(owner, dueMs, this.marketMs)) this.delay(action)
    // in a recording, the handler of a report may lag behind the market
    else this.tell(this.done(action, waits ? this.marketMs : dueMs))
  }

  private delay(action: KeptAction): void {
    this.delayedActions.add(action, () => this.tell(this.done(action, action.dueMs)))
  }

  private done(action: KeptAction, timeMs: number): readonly Owned[] {
    const { owner } = action
    if (action.kind === 'cancel') return this.exchange.cancel(owner, action.clientOrderId, timeMs)
    const reason = this.listener?.refusal(owner, action.given)
    return reason === undefined
      ? this.exchange.submit(owner, action.order, timeMs)
      : this.exchange.reject(owner, action.order, timeMs, reason)
  }

  /** @param cause the event that has caused it. */
  private tell(owned: readonly Owned[], cause?: MarketEvent): void {
    if (owned.length > 0) this.listener?.reported(owned, cause && this.markOf(cause))
  }

  private markOf({ symbol }: MarketEvent): Mark | undefined {
    const price = this.exchange.lastPrice(symbol)?.toString()
    return price === undefined ? undefined : { symbol, price }
  }
}

const rests = ({ type, timeInForce }: Order) => timeInForce === 'GTC' && type !== 'market'

/** Strategies have asked for longer candles. */
const isHidden = (event: MarketEvent) => event.type === 'KlineSummary' && event.audience === 'venue'
