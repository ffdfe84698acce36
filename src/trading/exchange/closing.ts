/** How a venue closes a position by itself: an order of its own, filled whole at a price that it sets, without a fee. */
import { digestOf, hexOf } from '../../schema/digest'
import type { ExecutionReport, Fill, Order } from '../../schema/orders'
import type { Contract } from '../contract'
import { type Decimal, type FillAmounts, ZERO } from '../decimal'
import { WorkingOrder } from './working-order'

/** Digits of a digest that tell venues apart. */
const VENUE_DIGITS = 10

/** What the id of the order is made of; unique for ever, since an account is liquidated once. */
interface Names {
  readonly venue: string
  readonly owner: string
  readonly number: number
}

interface ClosedPosition {
  readonly contract: Contract
  /** Signed. */
  readonly held: Decimal
  readonly price: Decimal
  readonly timeMs: number
}

export function closing(names: Names, { contract, held, price, timeMs }: ClosedPosition) {
  const { symbol, settlementCurrency } = contract
  const quantity = held.absolute()
  const side = held.sign > 0 ? 'sell' : 'buy'
  const order: Order = {
    provider: names.venue,
    symbol,
    side,
    type: 'market',
    quantity: quantity.toString(),
    timeInForce: 'GTC',
    postOnly: false,
    reduceOnly: true,
    clientOrderId: idOf(names),
  }
  const fill: Fill = {
    symbol,
    side,
    price: price.toString(),
    quantity: order.quantity,
    fee: '0',
    feeCurrency: settlementCurrency,
    liquidity: 'taker',
    timeMs,
  }
  const working = new WorkingOrder(names.owner, order, contract, `${names.venue}-${order.clientOrderId}`, timeMs)
  working.fill(quantity, price)
  const report: ExecutionReport = working.report('FILLED', timeMs, fill)
  const amounts: FillAmounts = { quantity, price, fee: ZERO }
  return { report, amounts }
}

function idOf({ venue, owner, number }: Names): string {
  const digits = hexOf(digestOf(new TextEncoder().encode(venue))).slice(0, VENUE_DIGITS)
  return `liquidation-${owner}-${digits}-${number}`
}
