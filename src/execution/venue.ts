/**
 * A venue, whether it is our simulated exchange or somebody's real one: takes orders, says what becomes of them. Nothing
 * here is answered in the same turn for sure, and nothing for sure at all: whoever calls deals with an answer that comes
 * at once, comes later, or gets lost.
 */
import type { Mark } from '../protocol/orders'
import type { ExecReportPayload, Instrument } from '../schema/events'
import type { ExecutionReport, Fill, Order } from '../schema/orders'
import type { AccountSettings, AccountState } from '../schema/paper'
import type { Account, BalanceView } from '../trading/accounts/account'
import type { Decimal } from '../trading/decimal'
import type { Liquidation } from '../trading/exchange/liquidation'

/** At once, or later. A promise that rejects means that nobody knows whether it was done; a refusal is a report. */
export type Answer<T> = T | Promise<T>

/** Something has happened to an order. */
export interface VenueReport {
  /** By the name that its account was opened under. */
  readonly owner: string
  /** `filledQuantity` is all that was filled so far. The order itself may be left out, but for one that the venue has made. */
  readonly report: Pick<ExecutionReport, 'payload' | 'fill'> & { readonly order?: Order }
  /** The venue's own name of this report, the same whenever it says it again. Absent: it never says anything twice. */
  readonly executionId?: string
  /** The venue has made the order itself, to close a position. */
  readonly closes?: true
  /** With this report the owner has lost its equity. */
  readonly liquidation?: Liquidation
}

/** Where an order stands, when the venue is asked for it. */
export interface OrderStanding {
  /** As the venue would report it now. */
  readonly payload: ExecReportPayload
  /** The newest that the venue knows, oldest first, up to the quantity that is filled. */
  readonly executions: readonly { readonly executionId?: string; readonly fill: Fill }[]
}

/** An order that has no end in the journal. */
export interface OpenedOrder {
  readonly order: Order
  readonly progress: { readonly filledQuantity: string; readonly avgFillPrice: string }
  readonly placedMs: number
}

/** Whose account is opened, and what the journal knows of it: a venue with a memory of its own needs only the name. */
export interface AccountOpening {
  readonly owner: string
  readonly settings: AccountSettings
  readonly state?: AccountState
  readonly fills: readonly Fill[]
  readonly openOrders: readonly OpenedOrder[]
  readonly timeMs: number
}

/** When something is asked for. */
export interface Moment {
  /** The time of the instance's own clock. */
  readonly timeMs: number
  /** For the market to come up to its time: a strategy that has slept on a recording's clock is ahead of it. */
  readonly waits: boolean
}

export interface Submission extends Moment {
  readonly owner: string
  readonly order: Order
  /** As its owner has sent it: a limit may have made of it one that may only reduce a position. */
  readonly given: Order
}

export interface VenueListener {
  /** In the order in which they happened at the venue, or not. @param mark the price of the event that has caused them. */
  reported(reports: readonly VenueReport[], mark?: Mark): void
  /** Why an order that has arrived may not be placed after all; a venue within this process asks. @param given as in `Submission`. */
  refusal(owner: string, given: Order): string | undefined
  /** Why an order may not have the size that its share has come to, in a sentence; a venue within this process asks. */
  sizeRefusal(owner: string, order: Order): string | undefined
  /** The connection was interrupted: reports may be lost. */
  interrupted(): void
}

interface VenueCalls {
  /** Called once, before anything else. */
  listen(listener: VenueListener): void
  readonly model: AccountSettings['model']
  /** The settings that an account there is reckoned by. @param instruments all that it trades. */
  accountFor(instruments: readonly Instrument[]): AccountSettings
  openAccount(opening: AccountOpening): Answer<void>
  /** The owner is gone for good: its orders are cancelled and reported, then nothing more is said of it. */
  closeAccount(owner: string, timeMs: number): Answer<void>
  /** The answer says that it has arrived; what becomes of it is reported. */
  submit(submission: Submission): Answer<void>
  /** Does nothing when the order is not open. */
  cancel(owner: string, clientOrderId: string, moment: Moment): Answer<void>
  cancelAll(owner: string, timeMs: number): Answer<void>
  /** Also of an order that has ended. Undefined: the venue has never heard of it. */
  order(owner: string, clientOrderId: string): Answer<OrderStanding | undefined>
  openOrders(owner: string): Answer<readonly OrderStanding[]>
  balances(owner: string): Answer<readonly BalanceView[]>
  /** The last price that was seen of a symbol, in the quote currency. */
  lastPrice(symbol: string): Decimal | undefined
}

/** In this process, and gone with it: it answers at once, and has no memory but the journal. */
export interface InsideVenue extends VenueCalls {
  readonly isOutside: false
  openAccount(opening: AccountOpening): void
  closeAccount(owner: string, timeMs: number): void
  submit(submission: Submission): void
  cancel(owner: string, clientOrderId: string, moment: Moment): void
  cancelAll(owner: string, timeMs: number): void
  order(owner: string, clientOrderId: string): OrderStanding | undefined
  /** It goes on with the order by itself: where that stands the journal need not know. */
  keeps(clientOrderId: string): boolean
  /** The account itself, which is the authority. */
  account(owner: string): Account
}

/** Somewhere else: it is sent nothing before the journal is durable, and goes on when this process ends. */
export interface OutsideVenue extends VenueCalls {
  readonly isOutside: true
  /** For so long an order may be under way whose answer was lost: no earlier is it believed to have never arrived, ms. */
  readonly inFlightMs: number
}

export type Venue = InsideVenue | OutsideVenue
