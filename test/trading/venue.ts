/** Short words for the scenarios of this folder: orders, market events, and reports as one line of text each. */
import { expect } from 'bun:test'
import type { Instrument, MarketEvent } from '../../src/schema/events'
import type { Order } from '../../src/schema/orders'
import type { AccountSettings, FillRules } from '../../src/schema/paper'
import { type Contract, contractOf } from '../../src/trading/contract'
import { type Owned, SimulatedExchange } from '../../src/trading/exchange/simulated-exchange'

export const SYMBOL = 'BTC-USDT'
export const MINUTE = 60_000

export const RULES: FillRules = {
  fill: 'next',
  limit: 'through',
  slippageBps: '0',
  makerBps: '10',
  takerBps: '20',
  latencyMs: 0,
}

export const LINEAR: AccountSettings = { model: 'linear', cash: { USDT: '10000' }, leverage: '1', checkMargin: true }
export const SPOT: AccountSettings = {
  model: 'spot',
  cash: { USDT: '10000', BTC: '2' },
  leverage: '1',
  checkMargin: true,
}

/** `BASE-QUOTE` without any rules. */
export function instrument(symbol: string): Instrument {
  const [baseCurrency = '', quoteCurrency = ''] = symbol.split('-')
  return { symbol, type: 'test', baseCurrency, quoteCurrency, venue: 'paper' }
}

/** The contract of `instrument`, unless told otherwise. */
export const contract = (
  symbol: string,
  terms: Partial<AccountSettings> = {},
  rules: Partial<Instrument> = {},
): Contract => contractOf({ ...instrument(symbol), ...rules }, { ...LINEAR, ...terms })

/** @param market rules of every symbol. */
export function openExchange(
  rules: Partial<FillRules> = {},
  account: AccountSettings = LINEAR,
  market: Partial<Instrument> = {},
  sizeRefusal: (owner: string, order: Order) => string | undefined = () => undefined,
): SimulatedExchange {
  const known = (symbol: string) => ({ ...instrument(symbol), ...market })
  return new SimulatedExchange({
    rules: { ...RULES, ...rules },
    account,
    instrument: known,
    venue: 'paper',
    sizeRefusal,
  })
}

type OrderParts = Partial<Order> & Pick<Order, 'clientOrderId'>

/** A market order to buy 1, unless told otherwise. */
export const order = (parts: OrderParts): Order => ({
  provider: 'paper',
  symbol: SYMBOL,
  side: 'buy',
  type: 'market',
  quantity: '1',
  timeInForce: 'GTC',
  postOnly: false,
  reduceOnly: false,
  ...parts,
})

export const limit = (clientOrderId: string, side: Order['side'], price: string, parts: Partial<Order> = {}): Order =>
  order({ clientOrderId, side, type: 'limit', price, ...parts })

export const stop = (
  clientOrderId: string,
  side: Order['side'],
  stopPrice: string,
  parts: Partial<Order> = {},
): Order => order({ clientOrderId, side, type: parts.price === undefined ? 'stop' : 'stopLimit', stopPrice, ...parts })

const head = (timeMs: number, symbol: string) => ({
  eventId: `e${timeMs}`,
  provider: 'paper',
  symbol,
  sequence: timeMs,
  timeMs,
})

export const trade = (timeMs: number, price: string, quantity = '10', symbol = SYMBOL): MarketEvent => ({
  ...head(timeMs, symbol),
  type: 'Trade',
  payload: { tradeId: `t${timeMs}`, side: 'Buy', price, quantity, timestamp: timeMs },
})

/** The bar of minute `n`. */
export function bar(n: number, open: string, high: string, low: string, close: string, volume = '5'): MarketEvent {
  const openTime = n * MINUTE
  const closeTime = openTime + MINUTE - 1
  const payload = { openPrice: open, highPrice: high, lowPrice: low, closePrice: close, volume, openTime, closeTime }
  return { ...head(closeTime, SYMBOL), type: 'KlineSummary', payload }
}

export const ticker = (timeMs: number, bidPrice: string, askPrice: string, lastPrice = '0'): MarketEvent => ({
  ...head(timeMs, SYMBOL),
  type: 'Ticker',
  payload: { lastPrice, bidPrice, askPrice, volume24h: '0', timestamp: timeMs },
})

/** Levels as `price x quantity`. */
export function book(timeMs: number, bids: string[], asks: string[]): MarketEvent {
  const levels = (side: string[]) =>
    side.map((level) => {
      const [price = '', quantity = ''] = level.split(' x ')
      return { price, quantity }
    })
  const payload = { bids: levels(bids), asks: levels(asks), checksum: '', lastUpdate: timeMs }
  return { ...head(timeMs, SYMBOL), type: 'BookSnapshot', payload }
}

/** `<order> <STATE> [<quantity> @ <price> <liquidity>, fee <fee>] at <time>[: reason]` */
export function line({ report: { payload, fill } }: Owned): string {
  const traded = fill ? ` ${fill.quantity} @ ${fill.price} ${fill.liquidity}, fee ${fill.fee}` : ''
  const reason = payload.rejectReason === undefined ? '' : `: ${payload.rejectReason}`
  return `${payload.clientOrderId} ${payload.state}${traded} at ${payload.timestamp}${reason}`
}

/** What happens, and the reports it must give. */
export type Step = readonly [happens: Order | MarketEvent | { readonly cancel: string }, reports: readonly string[]]

/** Plays the steps; orders leave at the time of the event before them. `reacts` must foretell every event. */
export function play(exchange: SimulatedExchange, steps: readonly Step[]): void {
  let timeMs = 0
  for (const [happens, expected] of steps) {
    if ('cancel' in happens) expect(exchange.cancel('me', happens.cancel, timeMs).map(line)).toEqual([...expected])
    else if ('clientOrderId' in happens) expect(exchange.submit('me', happens, timeMs).map(line)).toEqual([...expected])
    else {
      timeMs = happens.timeMs
      expect(exchange.wouldMatch(happens)).toBe(expected.length > 0)
      expect(exchange.observe(happens).map(line)).toEqual([...expected])
    }
  }
}
