/** Orders as a strategy asks for them and as a venue takes them; amounts are decimal strings. */
import type { ExecReportPayload } from './events'

export type OrderSide = 'buy' | 'sell'
/** As reports and answers write it. */
export const sideWord = (side: OrderSide) => (side === 'buy' ? 'Buy' : 'Sell')

export type OrderType = 'market' | 'limit' | 'stop' | 'stopLimit'
export type TimeInForce = 'GTC' | 'IOC' | 'FOK'

/** What an order is about, whoever looks at it. */
interface OrderTerms {
  /** Empty: the instance's first provider. */
  readonly provider: string
  /** Empty: the instance's first symbol at that provider. */
  readonly symbol: string
  readonly side: OrderSide
  readonly type: OrderType
  /** In the base currency, a positive decimal; as it is asked for also a share in percent, as `12.5%`. */
  readonly quantity: string
  /** In the quote currency; of limit and stopLimit orders. */
  readonly price?: string
  /** In the quote currency; of stop and stopLimit orders. */
  readonly stopPrice?: string
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly clientTag?: string
}

/** The bits of `OrderRequest.numbers`. */
export const NUMBER = { quantity: 1, price: 2, stopPrice: 4 } as const

/** What a strategy asks for, its arguments checked in the guest. */
export interface OrderRequest extends OrderTerms {
  /**
   * Which amounts were given as JavaScript numbers, so with what binary fractions made of them: bits of `NUMBER`.
   * Those given as strings or BigInts are what the author wrote.
   */
  readonly numbers: number
}

/** Decimal strings, of amounts that were rounded; the quantity may be a share, as `12.5%`. */
export type AskedAmounts = { -readonly [amount in keyof typeof NUMBER]?: string }

/** Whether a quantity is asked for as a share in percent. */
export const isShare = (quantity: string | undefined): quantity is string => quantity?.endsWith('%') === true

/** An order with its id, provider and symbol settled, as it goes to a venue. */
export interface Order extends OrderTerms {
  /**
   * What the strategy asked for, where numbers had to be rounded to the instrument, and where the quantity is a share:
   * then `quantity` is what it comes to by now, until the venue settles it.
   */
  readonly asked?: Readonly<AskedAmounts>
  /** Unique for ever; the strictest venues take 36 characters of `[A-Za-z0-9_-]`. */
  readonly clientOrderId: string
  /** Who has placed it where the strategy has not: an operator as the audit names them, or the gateway. */
  readonly placedBy?: string
}

/** One that a strategy has made. */
export type StrategyOrder = Omit<Order, 'placedBy'>

/** What a strategy may ask about its accounts. */
export type AccountQuery = 'openOrders' | 'position' | 'balance' | 'equity' | 'instrument'

/** What `runtime.openOrders()` shows of an order. */
export interface OpenOrder {
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: OrderSide
  readonly type: OrderType
  readonly price: string | null
  readonly quantity: string
  readonly filledQuantity: string
}

/** A change of an order, to be told to its owner; `fill` when something was traded by it. */
export interface ExecutionReport {
  readonly order: Order
  readonly payload: ExecReportPayload
  readonly fill?: Fill
}

/** One execution: amounts are decimal strings, the fee in `feeCurrency`. */
export interface Fill {
  readonly symbol: string
  readonly side: OrderSide
  readonly price: string
  readonly quantity: string
  readonly fee: string
  readonly feeCurrency: string
  readonly liquidity: 'maker' | 'taker'
  readonly timeMs: number
}
