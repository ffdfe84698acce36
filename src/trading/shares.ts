/** Quantities that are asked for as a share, as `12.5%`: what they look like, and who asks for one. */
import { isShare, type Order } from '../schema/orders'
import { Decimal } from './decimal'

/** In percent; undefined for a plain quantity. */
export function shareIn(quantity: string | undefined): Decimal | undefined {
  return isShare(quantity) ? Decimal.parse(quantity.slice(0, -1)) : undefined
}

/** The share that an order was asked for as; its own quantity is what that comes to, or may come to. */
export const shareOf = ({ asked }: Pick<Order, 'asked'>): Decimal | undefined => shareIn(asked?.quantity)
