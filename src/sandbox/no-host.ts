/** The holder of a sandbox that runs where there is no market, and nothing that could differ from one time to the next. */
import { Failure } from '../errors/failure'
import type { StrategyHost } from './host'

export const NO_HOST: StrategyHost = {
  wantsLog: () => false,
  log: () => undefined,
  submitOrder() {
    throw new Failure('order_refused', 'there is no market to order from')
  },
  cancelOrder: () => false,
  cancelAll: () => 0,
  query: () => null,
  sleep: () => undefined,
  now: () => 0,
  randomSeed: () => 0n,
}
