/** A strategy that writes down every field of everything it is shown, and events of every kind to show it. */
import fc from 'fast-check'
import type { MarketEvent } from '../../src/schema/events'

export const START_MS = Date.UTC(2024, 0, 1)

/**
 * The body of `create`. A line that begins with `event` holds the whole event, one that begins with `view` what the
 * runtime answers meanwhile; an absent value is written out. It trades at fixed events, so that reports come.
 */
export const WITNESS = `let count = 0
const whole = (key, value) => value === undefined ? '<absent>' : value
const write = (what, value) => helpers.log(what + ' ' + JSON.stringify(value, whole))
const witness = (name) => (ctx, evt, payload, ...more) => {
  write('event', [name, evt, payload === evt.payload, Object.keys(ctx), ...more.filter((one) => one !== undefined)])
  write('view', [
    runtime.getMarketState(), runtime.getLastPrice(), runtime.isTradingActive(), runtime.isDryRun(), runtime.equity(),
    runtime.balance('USDT'), new Date().toISOString(), Math.random(),
    runtime.symbols().map((symbol) => [runtime.position(symbol), runtime.openOrders(symbol), runtime.instrument(symbol)]),
  ])
  if (name.startsWith('onOrder') || name === 'onBalanceUpdate' || name === 'onRiskControl') return
  const { symbol } = evt
  const step = ++count % 23
  const price = runtime.getLastPrice()
  if (step === 3) runtime.submit({ symbol, side: 'buy', type: 'market', quantity: '1' })
  if (step === 8 && price > 0) runtime.submit({ symbol, side: 'sell', type: 'limit', quantity: '2', price: (price + 2).toFixed(1) })
  if (step === 15) runtime.submit({ symbol, side: 'sell', type: 'market', quantity: '1' })
  if (step === 20) write('cancelled', runtime.cancelAll(symbol))
}
return Object.fromEntries(['onTrade', 'onTicker', 'onKlineSummary', 'onOrderAcknowledged', 'onOrderPartialFill',
  'onOrderFilled', 'onOrderCancelled', 'onOrderExpired', 'onOrderRejected', 'onBookSnapshot', 'onInstrumentUpdate',
  'onBalanceUpdate', 'onRiskControl', 'onExtensionEvent'].map((name) => [name, witness(name)]))`

const TYPES = [
  'Trade',
  'Trade',
  'Trade',
  'Ticker',
  'KlineSummary',
  'BookSnapshot',
  'InstrumentUpdate',
  'Extension',
] as const

interface Seed {
  readonly type: (typeof TYPES)[number]
  readonly symbol: number
  readonly tenths: number
  readonly side: 'Buy' | 'Sell'
}

const seeds: fc.Arbitrary<Seed[]> = fc.array(
  fc.record({
    type: fc.constantFrom(...TYPES),
    symbol: fc.nat(100),
    tenths: fc.integer({ min: 990, max: 1010 }),
    side: fc.constantFrom('Buy', 'Sell'),
  }),
  { minLength: 260, maxLength: 300 },
)

/** Market events of `sim`, one a second. */
export const marketOf = (symbols: readonly string[]): fc.Arbitrary<MarketEvent[]> =>
  seeds.map((all) => all.map((seed, n) => eventOf(seed, n, symbols[seed.symbol % symbols.length]!)))

function eventOf({ type, tenths, side }: Seed, n: number, symbol: string): MarketEvent {
  const timestamp = START_MS + 1000 * n
  const head = { eventId: `sim-${n}`, provider: 'sim', symbol, sequence: n, timeMs: timestamp }
  const at = (offset: number) => ((tenths + offset) / 10).toFixed(1)
  switch (type) {
    case 'Trade':
      return { ...head, type, payload: { tradeId: `t${n}`, side, price: at(0), quantity: '3', timestamp } }
    case 'Ticker': {
      const payload = { lastPrice: at(0), bidPrice: at(-1), askPrice: at(1), volume24h: '9', timestamp }
      return { ...head, type, payload }
    }
    case 'KlineSummary': {
      const prices = { openPrice: at(1), closePrice: at(0), highPrice: at(3), lowPrice: at(-3), volume: '7' }
      return { ...head, type, payload: { ...prices, openTime: timestamp - 1000, closeTime: timestamp } }
    }
    case 'BookSnapshot': {
      const level = (offset: number) => ({ price: at(offset), quantity: '4' })
      const payload = { bids: [level(-2)], asks: [level(2)], checksum: `c${n}`, lastUpdate: timestamp }
      return { ...head, type, payload }
    }
    case 'InstrumentUpdate':
      return { ...head, type, payload: { instrument: instrumentOf(symbol) } }
    case 'Extension':
      return { ...head, type, payload: { n, side } }
  }
}

export function instrumentOf(symbol: string) {
  const [baseCurrency = '', quoteCurrency = ''] = symbol.split('-')
  return { symbol, type: 'spot', baseCurrency, quoteCurrency, venue: 'sim' }
}
