/**
 * Where the orders of one provider go, and what becomes of them. The venue says what has happened to an order; here it is
 * written down, and its owner is told. An order is in the journal before it leaves.
 */

import type { ProviderScope } from '../protocol/launch'
import type { Mark } from '../protocol/orders'
import type { BalanceItem } from '../schema/instance-records'
import type { ExecutionReport, Order } from '../schema/orders'
import type { AccountSettings } from '../schema/paper'
import type { Log } from '../telemetry/log'
import type { Account } from '../trading/accounts/account'
import type { Decimal } from '../trading/decimal'
import { rejection } from '../trading/exchange/working-order'
import type { OrderContext } from '../trading/risk/rules'
import { AccountCopies } from './account-copies'
import { AccountHistories } from './account-histories'
import { OrderTracker } from './order-tracker'
import { OutsideCalls } from './outside-calls'
import { type Owner, OwnerReports, type OwnerReportsDeps } from './owner-reports'
import { PATIENCE, type Patience } from './patience'
import { TrackedOrder } from './tracked-order'
import type { InsideVenue, Venue, VenueListener, VenueReport } from './venue'

export interface OrderManagerDeps extends OwnerReportsDeps {
  readonly venue: Venue
  /** An order is in the journal, and on its way. */
  readonly sent: (owner: Owner, order: Order, timeMs: number) => void
  /** The venue's answer was lost: nobody knows where the order stands. @param payload what was known before, if anything. */
  readonly doubted: (
    owner: Owner,
    order: Order,
    payload: ExecutionReport['payload'] | undefined,
    timeMs: number,
  ) => void
  /** Why an order may not be placed, now that it is here: what its host could not know of when it let it go. */
  readonly refusal: (owner: Owner, order: Order, market: () => OrderContext) => string | undefined
  /** The recording whose cuts the owner's orders are a part of; undefined: they are written at once. */
  readonly holder: (owner: Owner) => string | undefined
  /** Whether all that an owner places may only reduce its position. */
  readonly reducing: (owner: Owner) => boolean
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** With a venue outside of this process. */
  readonly patience?: Patience
}

interface Member extends Owner {
  readonly account: AccountSettings
  /** See `OrderManagerDeps`. */
  readonly holder: string | undefined
}

export class OrderManager implements VenueListener, Disposable {
  /** By the name that the venue knows the owner by. */
  private readonly members = new Map<string, Member>()
  private readonly tracker: OrderTracker
  private readonly reports: OwnerReports
  private readonly histories: AccountHistories
  private readonly copies: AccountCopies
  /** One of these two. */
  private readonly outside: OutsideCalls | undefined
  private readonly inside: InsideVenue | undefined

  constructor(private readonly deps: OrderManagerDeps) {
    const { venue, provider, log, now, store, patience = PATIENCE } = deps
    const { journal } = store
    this.reports = new OwnerReports(deps)
    this.histories = new AccountHistories({ provider, venue, instrument: deps.instrument, journal })
    this.copies = new AccountCopies(deps.instrument, (symbol) => venue.lastPrice(symbol))
    this.tracker = new OrderTracker({
      provider,
      venue,
      backoff: patience.backoff,
      ask: (order) => this.outside?.order(order) ?? venue.order(order.owner, order.order.clientOrderId),
      contract: (owner, symbol) => this.account(owner).contract(symbol),
      log,
      now,
      book: (owner, report, source, mark) => this.book(owner, report, source, mark),
      confirm: (report) => journal.confirmed(report),
      doubt: (order) => this.doubted(order),
      reject: ({ owner }, report) => this.rejected(owner, report),
      recall: (owner, clientOrderId) => this.recall(owner, clientOrderId),
      made: (owner, order, timeMs) => journal.ordered(Number(owner), order, timeMs),
      executionIds: (order) => (venue.isOutside ? journal.executionIds(order) : []),
    })
    if (!venue.isOutside) this.inside = venue
    else {
      this.outside = new OutsideCalls({
        venue,
        patience,
        now,
        durable: () => journal.durable(),
        ordersOf: (owner) => this.tracker.of(owner),
        refusal: ({ owner, given }) => this.refusal(owner, given),
        leaving: ({ owner, order }) => this.copies.sent(owner, order),
        unsent: (order, reason) => this.tracker.reject(order, reason, now()),
        unanswered: (order, error) => {
          this.tracker.lost(order, error)
          this.tracker.ask(order)
        },
        check: (order) => this.tracker.ask(order),
        givenUp: (owner, clientOrderId) => this.givenUp(owner, clientOrderId),
        log,
      })
    }
    venue.listen(this)
  }

  /**
   * Opens the account of an instance as the journal says it stood; again when its symbols have changed. Of orders whose
   * end the journal does not know the venue is asked.
   */
  openAccounts(owner: Owner, symbols: readonly string[], timeMs: number): void {
    const { key, id } = owner
    const name = String(key)
    const { settings: account, ...past } = this.histories.read(key, symbols)
    const holder = this.deps.holder(owner)
    this.members.set(name, { key, id, account, holder })
    this.tracker.resume(name, past.openOrders)
    this.reports.forget(owner)
    this.reports.count(owner, past.fills.length)
    const opening = { owner: name, settings: account, ...past, timeMs }
    if (this.outside) {
      this.copies.open(opening)
      this.outside.open(opening)
    } else {
      this.inside?.openAccount(opening)
      for (const order of this.tracker.of(name)) {
        if (order.isUncertain && !this.inside?.keeps(order.order.clientOrderId)) this.tracker.ask(order)
      }
    }
    this.reports.keepState(owner, this.account(name))
  }

  knows(owner: Owner): boolean {
    return this.members.has(String(owner.key))
  }

  /** The instance is gone for good: its orders are cancelled, its account closed. */
  leave(owner: Owner, timeMs: number): void {
    this.held(String(owner.key), () => this.close(owner, timeMs))
  }

  private close(owner: Owner, timeMs: number): void {
    const name = String(owner.key)
    const member = this.members.get(name)
    if (!member) return
    if (this.outside) return void this.outside.close(name, timeMs).then(() => this.dismiss(member))
    this.inside?.closeAccount(name, timeMs)
    // those that were to be placed later
    for (const order of this.tracker.of(name)) this.tracker.reject(order, 'its account was closed', timeMs)
    this.dismiss(member)
  }

  /** What a sandbox host needs to know of the account. */
  scopeOf(owner: Owner, symbols: readonly string[]): ProviderScope {
    const { account: settings } = this.members.get(String(owner.key))!
    if (this.isHeld(String(owner.key)))
      return this.histories.scopeNow(settings, this.account(String(owner.key)), symbols)
    return this.histories.scopeOf(owner.key, settings, symbols)
  }

  /**
   * Journalled before it is sent; where that fails it is rejected.
   * @param waits for the market to come up to its time: a strategy that has slept on a recording's clock is ahead of it.
   */
  submit(owner: Owner, given: Order, timeMs: number, waits: boolean): void {
    this.held(String(owner.key), () => this.send(owner, given, timeMs, waits))
  }

  private send(owner: Owner, given: Order, timeMs: number, waits: boolean): void {
    const { store, hosts, provider } = this.deps
    // one that rests must not open a position later
    const order = !given.reduceOnly && this.deps.reducing(owner) ? { ...given, reduceOnly: true } : given
    const name = String(owner.key)
    const isTaken = store.problem === undefined
    if (isTaken) store.journal.ordered(owner.key, order, timeMs)
    if (store.problem !== undefined) {
      const report = rejection(order, '', timeMs, `it cannot be journalled: ${store.problem}`)
      // What the journal never hears of needs no end there: it would only take the place of fills that wait for the disk.
      hosts.report(owner.id, provider, report, isTaken ? store.journal.reported(owner.key, report) : undefined)
      return
    }
    const tracked = this.tracker.send(name, order)
    if (!this.members.has(name)) {
      this.tracker.reject(tracked, `there is no account at ${provider}`, timeMs)
      return
    }
    this.deps.sent(owner, order, timeMs)
    const submission = { owner: name, order, given, timeMs, waits }
    if (this.outside) this.outside.send(tracked, submission)
    else this.inside?.submit(submission)
  }

  /** @param waits as for `submit`. */
  cancel(owner: Owner, clientOrderId: string, timeMs: number, waits: boolean): void {
    const name = String(owner.key)
    if (!this.members.has(name)) return
    const moment = { timeMs, waits }
    const order = this.tracker.get(clientOrderId)
    if (this.inside) this.held(name, () => this.inside?.cancel(name, clientOrderId, moment))
    else if (order?.owner === name) this.outside?.cancel(order, moment)
  }

  cancelAll(owner: Owner, timeMs: number): void {
    const name = String(owner.key)
    if (!this.members.has(name)) return
    if (this.inside) this.held(name, () => this.inside?.cancelAll(name, timeMs))
    else for (const order of this.tracker.of(name)) this.outside?.cancel(order, { timeMs, waits: false })
  }

  /** Cancels what could open a position. */
  cancelOpening(owner: Owner, timeMs: number): void {
    for (const { order } of this.tracker.of(String(owner.key))) {
      if (!order.reduceOnly) this.cancel(owner, order.clientOrderId, timeMs, false)
    }
  }

  /** The account of an instance, at the last prices; undefined when it has none here. */
  accountOf(owner: Owner): Account | undefined {
    return this.knows(owner) ? this.account(String(owner.key)) : undefined
  }

  /** What an order in a symbol is judged against; of an owner with an account here. */
  marketOf(owner: Owner, symbol: string): OrderContext {
    return this.marketFor(String(owner.key), symbol)
  }

  owners(): Iterable<Owner> {
    return this.members.values()
  }

  /** In the quote currency; undefined before the first. */
  lastPrice(symbol: string): Decimal | undefined {
    return this.deps.venue.lastPrice(symbol)
  }

  /** What an instance is exposed to, in each symbol that it has traded or ordered; undefined: it has no account here. */
  exposures(id: string): OrderContext[] | undefined {
    for (const [name, member] of this.members) {
      if (member.id !== id) continue
      const account = this.account(name)
      const ordered = account.openOrders().map(({ symbol }) => symbol)
      const symbols = new Set([...account.positions().map(({ symbol }) => symbol), ...ordered])
      return Array.from(symbols, (symbol) => this.marketFor(name, symbol))
    }
    return undefined
  }

  balances(owner: Owner): BalanceItem[] {
    const { provider } = this.deps
    if (!this.knows(owner)) return []
    const balances = this.account(String(owner.key)).balances()
    return balances.map(({ currency, total, available }) => ({ provider, currency, total, available }))
  }

  reported(reports: readonly VenueReport[], mark?: Mark): void {
    for (const report of reports) this.held(report.owner, () => this.tracker.hear(report, mark))
    if (!this.reports.hasDue) return
    this.reports.hasDue = false
    for (const { owner } of reports) {
      const member = this.members.get(owner)
      if (member) this.held(owner, () => this.reports.keepState(member, this.account(owner)))
    }
  }

  refusal(name: string, given: Order): string | undefined {
    const member = this.members.get(name)
    return member && this.held(name, () => this.deps.refusal(member, given, () => this.marketFor(name, given.symbol)))
  }

  sizeRefusal(name: string, order: Order): string | undefined {
    const member = this.members.get(name)
    return member && this.held(name, () => this.deps.refusal(member, order, () => this.marketBeside(name, order)))
  }

  /** Client order ids of those of which an answer was lost, and who has made them. */
  unknownOrders(): { readonly instance: string; readonly clientOrderId: string }[] {
    return this.tracker.unknown().flatMap(({ owner, order: { clientOrderId } }) => {
      const member = this.members.get(owner)
      return member ? [{ instance: member.id, clientOrderId }] : []
    })
  }

  interrupted(): void {
    this.outside?.look()
  }

  [Symbol.dispose](): void {
    this.tracker[Symbol.dispose]()
    this.outside?.[Symbol.dispose]()
  }

  /** Whether what is written of it waits for the next cut of its recording. @param name by which the venue knows it. */
  isHeld(name: string): boolean {
    return this.members.get(name)?.holder !== undefined
  }

  private held<T>(name: string, work: () => T): T {
    return this.deps.store.held(this.members.get(name)?.holder, work)
  }

  private book(owner: string, report: ExecutionReport, source: VenueReport, mark?: Mark): void {
    if (this.outside) this.copies.apply(owner, report)
    this.reports.tell(this.members.get(owner)!, report, this.account(owner), source, mark)
  }

  private doubted({ owner, order }: TrackedOrder): void {
    const { store, now } = this.deps
    const { clientOrderId } = order
    const known = store.journal.lastReport(Number(owner), clientOrderId)
    store.journal.doubted(clientOrderId, now())
    const member = this.members.get(owner)
    if (member) this.deps.doubted(member, order, known, now())
  }

  private rejected(owner: string, report: ExecutionReport): void {
    const { store, hosts, provider } = this.deps
    const seq = store.journal.reported(Number(owner), report)
    const member = this.members.get(owner)
    if (!member) return
    if (this.outside) this.copies.apply(owner, report)
    this.deps.reported(member, report, store.journal.lastExecution)
    hosts.report(member.id, provider, report, seq)
  }

  private recall(owner: string, clientOrderId: string): TrackedOrder | undefined {
    const { journal } = this.deps.store
    const entry = this.members.has(owner) ? journal.order(Number(owner), clientOrderId) : undefined
    return entry && TrackedOrder.of(owner, entry, journal.executionIds(clientOrderId))
  }

  /** One that was rejected as if it had never arrived. */
  private givenUp(owner: string, clientOrderId: string): TrackedOrder | undefined {
    const order = this.recall(owner, clientOrderId)
    return order?.state === 'rejected' ? order : undefined
  }

  private dismiss(member: Member): void {
    const name = String(member.key)
    if (this.members.get(name) !== member) return
    this.members.delete(name)
    this.copies.forget(name)
    this.reports.forget(member)
  }

  private account(name: string): Account {
    const { venue } = this.deps
    return venue.isOutside ? this.copies.account(name) : venue.account(name)
  }

  /** As if the order were not open. */
  private marketBeside(name: string, { symbol, clientOrderId }: Order): OrderContext {
    const { exposure, ...market } = this.marketFor(name, symbol)
    const open = exposure.open.filter(({ order }) => order.clientOrderId !== clientOrderId)
    return { ...market, exposure: { ...exposure, open } }
  }

  private marketFor(name: string, symbol: string): OrderContext {
    const { venue } = this.deps
    const exposure = venue.isOutside ? this.copies.exposure(name, symbol) : venue.account(name).exposure(symbol)
    return { contract: this.account(name).contract(symbol), lastPrice: venue.lastPrice(symbol), exposure }
  }
}
