/** Orders that reach the venue later: made after a sleep on a recording's clock, ahead of the market. */
import type { Order } from '../../schema/orders'

export class UnderWay {
  private entries: { readonly order: Order; readonly dueMs: number }[] = []

  add(order: Order, dueMs: number): void {
    this.entries.push({ order, dueMs })
  }

  /**
   * Those that are not at the venue yet when the market is at `marketMs`; the venue has reported of the others.
   * @param symbol '' for every symbol.
   */
  at(marketMs: number, symbol: string): Order[] {
    this.entries = this.entries.filter(({ dueMs }) => dueMs >= marketMs)
    return this.entries.map(({ order }) => order).filter((order) => symbol === '' || order.symbol === symbol)
  }
}
