/** What a sandbox needs from whoever holds it: the other side of the component's one import. */
import type { AccountQuery, OrderRequest } from '../schema/orders'

/**
 * `record` is the index, within the batch being delivered, of the record whose handler is calling
 * (word and flag records count too; 0 outside a batch), so that the holder can bring its market and
 * accounts up to that very event before it answers.
 */
export interface StrategyHost {
  /** Asked before a line is read out of the guest. @param bytes of its text. */
  wantsLog(bytes: number, record: number): boolean
  log(message: string, record: number): void
  /** Answers the client order id; throws a Failure to refuse, whose message is what the strategy sees. */
  submitOrder(order: OrderRequest, record: number): string
  /** False: no such open order. */
  cancelOrder(clientOrderId: string, record: number): boolean
  /** @param symbol '' for every symbol; answers how many. */
  cancelAll(symbol: string, record: number): number
  /** A JSON-able answer. `argument` is a symbol or a currency, '' for the default. */
  query(what: AccountQuery, argument: string, record: number): unknown
  /** A promise parks the guest until it settles: only under `deliverSuspending`. */
  sleep(ms: number, record: number): void | Promise<void>
  /** Milliseconds since 1970, while no event is being handled. */
  now(): number
  randomSeed(): bigint
}
