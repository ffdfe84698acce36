/** How much an instance may do within a second of its own time, live and in a backtest. */
export interface InstanceRates {
  /** Beyond it an order is refused. */
  readonly ordersPerSecond: number
  /** Lines beyond it are left out. */
  readonly logsPerSecond: number
  /** Bytes of the lines' text. */
  readonly logBytesPerSecond: number
}

/** Far more than a strategy means to do, far less than hurts others. */
export const DEFAULT_RATES: InstanceRates = {
  ordersPerSecond: 100,
  logsPerSecond: 200,
  logBytesPerSecond: 64 << 10,
}
