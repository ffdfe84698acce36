/** What enters a strategy: its environment, its events, its market. */
import { describe, expect, test } from 'bun:test'
import { RecordWriter } from '../../src/sandbox/records'
import type { StrategyEvent } from '../../src/schema/events'
import { deliverAll, ENVIRONMENT, head, onTrade, START_MS, stage, ticker, trade } from './stage'

const AT = '2023-11-14T22:13:20.000Z'
const EXEC = {
  clientOrderId: 'c-1',
  exchangeOrderId: 'x-1',
  side: 'Buy',
  orderType: 'Limit',
  price: '100',
  quantity: '2',
  filledQuantity: '1',
  remainingQty: '1',
  avgFillPrice: '100',
  timestamp: START_MS,
} as const
const RISK = {
  strategyId: 'i',
  provider: 'sim',
  symbol: 'BTC-USDT',
  status: 's',
  reason: 'r',
  breachType: 'b',
  killSwitchEngaged: false,
  circuitBreakerOpen: true,
}
const INSTRUMENT = { symbol: 'BTC-USDT', type: 'spot', baseCurrency: 'BTC', quoteCurrency: 'USDT', venue: 'sim' }

/** One event of each handler, with the payload that the handler is to see. */
const EVENTS: Record<string, [event: StrategyEvent, payload: unknown]> = {
  onTrade: [trade(0), { tradeId: 't-0', side: 'Sell', price: '100.5', quantity: '0.015', timestamp: AT }],
  onTicker: [
    ticker(0, '3', '2', '4'),
    { lastPrice: '3', bidPrice: '2', askPrice: '4', volume24h: '12', timestamp: AT },
  ],
  onKlineSummary: [
    {
      type: 'KlineSummary',
      ...head(0),
      payload: {
        openPrice: '1',
        closePrice: '2',
        highPrice: '3',
        lowPrice: '0.5',
        volume: '9',
        openTime: START_MS - 60_000,
        closeTime: START_MS,
        interval: '1m',
      },
    },
    {
      openPrice: '1',
      closePrice: '2',
      highPrice: '3',
      lowPrice: '0.5',
      volume: '9',
      openTime: '2023-11-14T22:12:20.000Z',
      closeTime: AT,
      interval: '1m',
    },
  ],
  onBookSnapshot: [
    {
      type: 'BookSnapshot',
      ...head(0),
      payload: {
        bids: [{ price: '1', quantity: '2' }],
        asks: [],
        checksum: 'c',
        lastUpdate: START_MS,
        firstUpdateId: 7,
      },
    },
    { bids: [{ price: '1', quantity: '2' }], asks: [], checksum: 'c', lastUpdate: AT, firstUpdateId: 7 },
  ],
  onInstrumentUpdate: [
    { type: 'InstrumentUpdate', ...head(0), payload: { instrument: INSTRUMENT } },
    { instrument: INSTRUMENT },
  ],
  onBalanceUpdate: [
    {
      type: 'BalanceUpdate',
      ...head(0),
      payload: { currency: 'USDT', total: '5', available: '4', timestamp: START_MS },
    },
    { currency: 'USDT', total: '5', available: '4', timestamp: AT },
  ],
  onRiskControl: [
    { type: 'RiskControl', ...head(0), payload: { ...RISK, timestamp: START_MS } },
    { ...RISK, timestamp: AT },
  ],
  onExtensionEvent: [{ type: 'Extension', ...head(0), payload: { any: [1, 'thing'] } }, { any: [1, 'thing'] }],
  onOrderAcknowledged: exec('ACK'),
  onOrderPartialFill: exec('PARTIAL', { commissionAmount: '0.1', commissionAsset: 'USDT' }),
  onOrderFilled: exec('FILLED'),
  onOrderCancelled: exec('CANCELLED'),
  onOrderExpired: exec('EXPIRED'),
  onOrderRejected: exec('REJECTED', { rejectReason: 'too small' }),
}

function exec(
  state: 'ACK' | 'PARTIAL' | 'FILLED' | 'CANCELLED' | 'EXPIRED' | 'REJECTED',
  more: Record<string, string> = {},
): [StrategyEvent, unknown] {
  const payload = { ...EXEC, state, ...more }
  return [
    { type: 'ExecReport', ...head(0), payload },
    { ...payload, timestamp: AT },
  ]
}

describe('a handler gets its event', () => {
  test.each(Object.entries(EVENTS))('%s', async (handler, [event, payload]) => {
    using running = await stage(`module.exports = { create: ({ helpers }) => ({
      ${handler}(...args) { helpers.log(JSON.stringify(args)); } }) }`)
    const [outcome] = running.play(event)
    expect(outcome?.fault).toBeUndefined()
    const [context, evt, given, fourth] = JSON.parse(running.heard.logs[0] ?? '[]')
    expect(context).toEqual({})
    expect(given).toEqual(payload)
    expect(evt).toEqual({
      eventId: 'sim-0',
      routingVersion: 1,
      provider: 'sim',
      symbol: 'BTC-USDT',
      type: event.type,
      seqProvider: 0,
      ingestTs: AT,
      emitTs: AT,
      payload,
    })
    expect(fourth ?? undefined).toBe(
      handler === 'onTrade' ? 100.5 : handler === 'onOrderRejected' ? 'too small' : undefined,
    )
  })

  test('of a candle without an interval where its length is not known', async () => {
    using running = await stage(`module.exports = { create: ({ helpers }) => ({
      onKlineSummary(ctx, evt, payload) { helpers.log('interval' in payload, payload.interval, payload.closeTime); } }) }`)
    const [event] = EVENTS.onKlineSummary!
    if (event.type !== 'KlineSummary') throw new Error('it is a candle')
    const { interval, ...payload } = event.payload
    running.play({ ...event, payload }, event, { ...event, payload: { ...payload, interval: '1M' } })
    expect(running.heard.logs).toEqual([`false undefined ${AT}`, `true ${interval} ${AT}`, `true 1M ${AT}`])
  })

  test('of the end, which is of no symbol and has no payload, at the prices that were seen last', async () => {
    using running = await stage(`module.exports = { create: ({ runtime, helpers }) => ({
      onEnd(...args) { helpers.log(JSON.stringify(args), runtime.getLastPrice()); } }) }`)
    const writer = new RecordWriter()
    writer.event(trade(0))
    const { symbol: _, ...last } = head(1)
    writer.endOfData(last)
    deliverAll(running.sandbox, writer)
    const [args, price] = running.heard.logs[0]!.split(/ (?=[^ ]*$)/)
    const at = new Date(last.timeMs).toISOString()
    const evt = { eventId: 'sim-1', routingVersion: 1, provider: 'sim', symbol: '', type: 'End', seqProvider: 1 }
    expect(JSON.parse(args!)).toEqual([{}, { ...evt, ingestTs: at, emitTs: at, payload: null }, null, null])
    expect(price).toBe('100.5')
  })

  test('and a missing handler is skipped', async () => {
    using running = await stage('module.exports = { create: () => ({}) }')
    expect(running.play(trade(0), ticker(1, '1', '1', '1')).flatMap(({ fault }) => fault ?? [])).toEqual([])
  })

  test('as plain fresh objects, safe to keep and to change', async () => {
    using running = await stage(`const kept = []; module.exports = { create: ({ helpers }) => ({
      onTrade(ctx, evt) { helpers.log(JSON.stringify(ctx), Object.getPrototypeOf(evt) === Object.prototype, kept.length && kept[0].eventId);
        kept.push(evt); ctx.mark = 1; evt.payload.price = 'changed'; evt.type = 'changed'; } }) }`)
    running.play(trade(0), trade(1), trade(2))
    expect(running.heard.logs).toEqual(['{} true 0', '{} true sim-0', '{} true sim-0'])
  })

  test('with itself as this', async () => {
    using running = await stage(
      'module.exports = { create: ({ helpers }) => ({ n: 0, onTrade() { helpers.log(++this.n) } }) }',
    )
    running.play(trade(0), trade(1))
    expect(running.heard.logs).toEqual(['1', '2'])
  })
})

describe('create', () => {
  const environmentOf = async (expression: string, environment = {}) => {
    using running = await stage(
      `module.exports = { metadata: { name: 'x', config: [] }, create(env) {
      const { config, metadata, events, helpers, runtime } = env; helpers.log(${expression}); return {}; } }`,
      { environment },
    )
    return running.heard.logs[0]
  }

  test('gets config, metadata, events, helpers and runtime', async () => {
    expect(await environmentOf('Object.keys(env).sort().join()')).toBe('config,events,helpers,metadata,runtime')
    expect(await environmentOf('config.threshold, metadata.name, events.Trade, events.Extension')).toBe(
      '3 x Trade Extension',
    )
    expect(await environmentOf('runtime.providers().join(), runtime.symbols().join()')).toBe(
      'sim,okx BTC-USDT,ETH-USDT',
    )
    expect(await environmentOf('runtime.isTradingActive(), runtime.isDryRun()', { dryRun: true })).toBe('true true')
  })

  test('sees the market as far as it was told', async () => {
    expect(await environmentOf('runtime.getLastPrice(), runtime.getBidPrice(), runtime.getAskPrice()')).toBe('0 0 0')
  })

  test('is refused orders, with a reason', async () => {
    const source = `module.exports = { create({ runtime, helpers }) {
      for (const f of [() => runtime.submitMarketOrder('', 'buy', 1), () => runtime.cancelOrder('x'), () => runtime.cancelAll()])
        try { f(); } catch (error) { helpers.log(error.message); }
      return {}; } }`
    using running = await stage(source)
    expect(running.heard.logs).toEqual(Array(3).fill('orders are refused while create runs: trade in a handler'))
    expect(running.heard.calls).toEqual([])
  })

  test.each([
    ['nothing', '{}', 'it returned nothing'],
    ['a number', '{ return 1 }', 'it returned a number'],
    ['null', '{ return null }', 'it returned null'],
  ])('that returns %s is a fault that says what to do', async (_, body, reason) => {
    expect(stage(`module.exports = { create() ${body} }`)).rejects.toThrow(
      `TypeError: create must return an object with handlers, as { onTrade(ctx, evt, payload, price) {} }; ${reason}`,
    )
  })

  test('that is async is a fault that says so', async () => {
    expect(stage('module.exports = { async create() { return {} } }')).rejects.toThrow('create must not be async')
  })

  test.each([
    ['() => true', true],
    ['true', true],
    ['1', true],
    ['() => 0', false],
    ['undefined', false],
    ['function () { return this.mine }, mine: 1', true],
  ])('is asked once whether it wants events across providers: %s', async (wants, expected) => {
    using running = await stage('module.exports = { create: () => ({}) }')
    const again = running.sandbox.compile(
      `module.exports = { create: () => ({ wantsCrossProviderEvents: ${wants} }) }`,
      's.js',
    )
    if (!('bytecode' in again)) throw new Error(again.diagnostic.message)
    running.sandbox.load(again.bytecode)
    expect(running.sandbox.start(ENVIRONMENT)).toEqual({ started: { handlers: [], crossProvider: expected } })
  })
})

describe('the market', () => {
  test('is that of the symbol at hand', async () => {
    using running = await stage(
      onTrade(`const m = runtime.getMarketState();
      helpers.log(evt.symbol, price, runtime.getLastPrice(), m.last, m.bid, m.ask, m.spread, m.spreadPct);`),
    )
    running.play(
      trade(0, '10', 'ETH-USDT'),
      trade(1, '100'),
      ticker(2, '100', '99', '101'),
      trade(3, '100'),
      trade(4, '11', 'ETH-USDT'),
      trade(5, '104'),
    )
    expect(running.heard.logs).toEqual([
      'ETH-USDT 10 10 10 0 0 0 0',
      'BTC-USDT 100 100 100 0 0 0 0',
      'BTC-USDT 100 100 100 99 101 2 2',
      'ETH-USDT 11 11 11 0 0 0 0',
      `BTC-USDT 104 104 104 99 101 2 ${(2 / 104) * 100}`,
    ])
  })

  test('knows candles by their close and books by their best prices', async () => {
    using running = await stage(`module.exports = { create: ({ runtime, helpers }) => {
      const log = () => helpers.log(runtime.getLastPrice(), runtime.getBidPrice(), runtime.getAskPrice());
      return { onKlineSummary: log, onBookSnapshot: log, onBalanceUpdate: log } } }`)
    const book = (bids: string[], asks: string[]): StrategyEvent => {
      const levels = (prices: string[]) => prices.map((price) => ({ price, quantity: '1' }))
      const payload = { bids: levels(bids), asks: levels(asks), checksum: '', lastUpdate: START_MS }
      return { type: 'BookSnapshot', ...head(0), payload }
    }
    const [candle] = EVENTS.onKlineSummary!
    const [balance] = EVENTS.onBalanceUpdate!
    running.play(candle, book(['7', '6'], ['8', '9']), book([], ['8.5']), balance)
    expect(running.heard.logs).toEqual(['2 0 0', '2 7 8', '2 7 8.5', '2 7 8.5'])
  })
})
