/** Files of rules: what is read of them, and what is said of those that cannot be used. */
import { describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../../../src/errors/failure'
import { instrumentOf } from '../../../src/market/files/symbols'
import { readRules, rulesOf } from '../../../src/market/rules/rules'
import { Instrument } from '../../../src/schema/events'
import { folder } from '../folder'

/** What a file says of a symbol, as an instrument that its schema takes. */
function ruleOf(text: string, symbol = 'AAA-USDT', wanted?: string) {
  const instrument = rulesOf(text, 'rules.txt', wanted).apply(instrumentOf(symbol, 'venue'))
  expect([...Value.Errors(Instrument, instrument)]).toEqual([])
  expect(instrument).toMatchObject({ symbol, venue: 'venue' })
  const { symbol: _, venue, ...rule } = instrument
  return rule
}

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.message}`
    throw error
  }
  return 'done'
}

const FILTERS = [
  { filterType: 'PRICE_FILTER', minPrice: '0.00100000', maxPrice: '500.00000000', tickSize: '0.00100000' },
  { filterType: 'LOT_SIZE', minQty: '0.02000000', maxQty: '900.00000000', stepSize: '0.01000000' },
  { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '77.12345678', stepSize: '0.00000000' },
  { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
]
const exchangeInfo = (filters: readonly object[], more: object = {}, top: object = {}) =>
  JSON.stringify({
    timezone: 'UTC',
    ...top,
    symbols: [{ symbol: 'AAAUSDT', baseAsset: 'AAA', quoteAsset: 'USDT', filters: [...FILTERS, ...filters], ...more }],
  })
const COMMON = {
  baseCurrency: 'AAA',
  quoteCurrency: 'USDT',
  priceIncrement: '0.001',
  minPrice: '0.001',
  maxPrice: '500',
  quantityIncrement: '0.01',
  minQuantity: '0.02',
  maxQuantity: '900',
  marketMaxQuantity: '77.12345678',
  maxOpenOrders: 200,
}
const NAMES = {
  price: 'PRICE_FILTER',
  size: 'LOT_SIZE',
  marketSize: 'MARKET_LOT_SIZE',
  openOrders: 'MAX_NUM_ORDERS',
  openStopOrders: 'MAX_NUM_ALGO_ORDERS',
  position: 'MAX_POSITION',
}

describe('exchangeInfo', () => {
  test('counts of open orders, as spot and as futures write them, and the largest position', () => {
    const spot = [
      { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5, limit: 0 },
      { filterType: 'MAX_POSITION', maxPosition: '10.00000000' },
    ]
    expect(ruleOf(exchangeInfo(spot))).toMatchObject({ maxOpenOrders: 200, maxOpenStopOrders: 5, maxPosition: '10' })
    const futures = [{ filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 }]
    expect(ruleOf(exchangeInfo(futures))).toMatchObject({ maxOpenStopOrders: 10 })
    const none = ruleOf(exchangeInfo([{ filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 0 }]))
    expect(none).not.toHaveProperty('maxOpenStopOrders')
  })

  test('of the spot market, with the filters of today', () => {
    const filters = [
      {
        filterType: 'NOTIONAL',
        minNotional: '5.00',
        applyMinToMarket: true,
        maxNotional: '9000.0',
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
      {
        filterType: 'PERCENT_PRICE_BY_SIDE',
        bidMultiplierUp: '1.3',
        bidMultiplierDown: '0.2',
        askMultiplierUp: '5',
        askMultiplierDown: '0.8',
        avgPriceMins: 5,
      },
    ]
    expect(ruleOf(exchangeInfo(filters))).toEqual({
      ...COMMON,
      type: 'spot',
      minNotional: '5',
      maxNotional: '9000',
      maxNotionalExemptsMarket: true,
      priceBand: { buyLower: '0.2', buyUpper: '1.3', sellLower: '0.8', sellUpper: '5' },
      averagePriceMinutes: 5,
      filters: { ...NAMES, notional: 'NOTIONAL', priceBand: 'PERCENT_PRICE_BY_SIDE' },
    })
  })

  test('of the spot market, with those of former times', () => {
    const filters = [
      { filterType: 'MIN_NOTIONAL', minNotional: '10', applyToMarket: false, avgPriceMins: 0 },
      { filterType: 'PERCENT_PRICE', multiplierUp: '5', multiplierDown: '0.2', avgPriceMins: 0 },
    ]
    expect(ruleOf(exchangeInfo(filters))).toEqual({
      ...COMMON,
      type: 'spot',
      minNotional: '10',
      minNotionalExemptsMarket: true,
      priceBand: { buyLower: '0.2', buyUpper: '5', sellLower: '0.2', sellUpper: '5' },
      filters: { ...NAMES, notional: 'MIN_NOTIONAL', priceBand: 'PERCENT_PRICE' },
    })
  })

  test('of futures: buyers are kept from above and sellers from below, market orders bound too', () => {
    const filters = [
      { filterType: 'MIN_NOTIONAL', notional: '5' },
      { filterType: 'PERCENT_PRICE', multiplierUp: '1.1500', multiplierDown: '0.8500', multiplierDecimal: '4' },
    ]
    const text = exchangeInfo(filters, { contractType: 'PERPETUAL' }, { futuresType: 'U_MARGINED' })
    expect(ruleOf(text)).toEqual({
      ...COMMON,
      type: 'future',
      minNotional: '5',
      priceBand: { buyUpper: '1.15', sellLower: '0.85' },
      filters: { ...NAMES, notional: 'MIN_NOTIONAL', priceBand: 'PERCENT_PRICE' },
    })
    const delivered = exchangeInfo(filters, { symbol: 'AAAUSDT_240927', contractType: 'CURRENT_QUARTER' })
    expect(refusal(() => ruleOf(delivered))).toContain('rules.txt has no rules of AAA-USDT, only of AAAUSDT-240927')
  })
})

describe("LEAN's database", () => {
  const text = `market,symbol,type,description,quote_currency,contract_multiplier,minimum_price_variation,lot_size,market_ticker,minimum_order_size,price_magnifier
# comments

binance,AAAUSDT,crypto,AAAUSDT,USDT,1,0.01,0.0001,AAAUSDT,10
binance,AAAUSDT,cryptofuture,AAAUSDT,USDT,1,0.1,0.001,AAAUSDT
kraken,AAAUSDT,crypto,"AAA, and more",USDT,1,5e-05,1E-8,AAAUSDT,0.002
cme,ZZ,future,Zed,EUR,50.0,0.25,1.0,,,1
usa,[*],equity,,USD,1,0.01,1
`
  const PAIR = { baseCurrency: 'AAA', quoteCurrency: 'USDT' }

  test.each([
    [
      'binance/crypto',
      { ...PAIR, type: 'crypto', priceIncrement: '0.01', quantityIncrement: '0.0001', minNotional: '10' },
    ],
    ['binance/cryptofuture', { ...PAIR, type: 'cryptofuture', priceIncrement: '0.1', quantityIncrement: '0.001' }],
    [
      'kraken',
      { ...PAIR, type: 'crypto', priceIncrement: '0.00005', quantityIncrement: '0.00000001', minQuantity: '0.002' },
    ],
  ])('in the market %s', (wanted, rule) => {
    expect(ruleOf(text, 'AAA-USDT', wanted)).toEqual(rule)
  })

  test('has futures by their own names, and rules of all shares where they are asked for', () => {
    const future = {
      type: 'future',
      baseCurrency: 'ZZ',
      quoteCurrency: 'EUR',
      priceIncrement: '0.25',
      quantityIncrement: '1',
    }
    expect(ruleOf(text, 'ZZ')).toEqual({ ...future, multiplier: '50' })
    const share = {
      type: 'equity',
      baseCurrency: 'AAPL',
      quoteCurrency: 'USD',
      priceIncrement: '0.01',
      quantityIncrement: '1',
    }
    expect(ruleOf(text, 'AAPL', 'usa/equity')).toEqual(share)
    expect(refusal(() => ruleOf(text, 'AAPL'))).toStartWith('usage: rules.txt has no rules of AAPL')
  })

  test('is asked for one market where a symbol is in several', () => {
    expect(refusal(() => ruleOf(text))).toBe(
      'usage: rules.txt has rules of AAA-USDT in several markets: binance/crypto, binance/cryptofuture, kraken/crypto',
    )
    expect(refusal(() => ruleOf(text, 'AAA-USDT', 'ftx'))).toContain('it has no market ftx')
    const broken = text.replace('0.25,1.0', '0.25,one')
    expect(refusal(() => ruleOf(broken, 'ZZ'))).toContain('line 7: lot_size is "one", and must be a decimal number')
    expect(refusal(() => ruleOf(`${text}cme,YY\n`, 'ZZ'))).toContain('line 9 has 2 fields')
  })

  test('names its market behind the path of the file', async () => {
    await using at = await folder()
    const path = await at.write('lean.csv', new TextEncoder().encode(text))
    expect(readRules(`${path}#kraken/crypto`).find('AAA-USDT')).toMatchObject({ minQuantity: '0.002' })
    expect(readRules(path).source).toEqual({ file: path, sha256: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) })
    expect(refusal(() => readRules(`${path}.none`))).toStartWith('file_unreadable: ')
  })
})

describe('rules written by hand', () => {
  test('in YAML or JSON, numbers or text, by the names of venues or ours', () => {
    const yaml = `aaausdt: { tickSize: 0.0000001, stepSize: "0.10", minQuantity: 0, maxQuantity: 1e3, multiplier: 10, makerBps: -0.5, takerBps: 4 }
"*": { priceIncrement: 1, marginPerContract: 250, feePerContract: 0, feeMinimum: 1, priceBand: { buyUpper: 1.5 }, averagePriceMinutes: 3, maxNotionalExemptsMarket: true, minNotionalExemptsMarket: false }`
    const bare = (base: string) => ({ type: 'spot', baseCurrency: base, quoteCurrency: 'USDT' })
    expect(ruleOf(yaml)).toEqual({
      ...bare('AAA'),
      priceIncrement: '0.0000001',
      quantityIncrement: '0.1',
      maxQuantity: '1000',
      multiplier: '10',
      makerBps: '-0.5',
      takerBps: '4',
    })
    expect(ruleOf(yaml, 'BBB-USDT')).toEqual({
      ...bare('BBB'),
      priceIncrement: '1',
      marginPerContract: '250',
      feePerContract: '0',
      feeMinimum: '1',
      priceBand: { buyUpper: '1.5' },
      averagePriceMinutes: 3,
      maxNotionalExemptsMarket: true,
    })
    expect(ruleOf('{"AAA-USDT": {"baseCurrency": "X", "quoteCurrency": "Y", "type": "future"}}')).toEqual({
      type: 'future',
      baseCurrency: 'X',
      quoteCurrency: 'Y',
    })
  })

  test.each([
    ['AAA-USDT: { tick: 1 }', 'AAA-USDT: tick is no rule; the rules are tickSize, stepSize, minPrice, '],
    ['AAA-USDT: { tickSize: -1 }', 'AAA-USDT: tickSize is -1, and must be a decimal number that is not negative'],
    ['AAA-USDT: { tickSize: [1] }', 'AAA-USDT: tickSize is [1], and must be a decimal number'],
    ['AAA-USDT: { takerBps: 10000 }', 'AAA-USDT: takerBps must be below 10000, which is 100 %'],
    ['AAA-USDT: { takerBps: -1 }', 'AAA-USDT: takerBps is -1, and must be a decimal number'],
    ['AAA-USDT: { feePerContract: 1, takerBps: 1 }', 'fees are either an amount for each contract or in basis points'],
    ['AAA-USDT: { feeMinimum: 1 }', 'feeMinimum is the least that an order pays by feePerContract, which is missing'],
    ['AAA-USDT: { maxOpenOrders: 1.5 }', 'AAA-USDT: maxOpenOrders is 1.5, and must be a whole number'],
    ['AAA-USDT: { type: 1 }', 'AAA-USDT: type is no text'],
    ['AAA-USDT: { averagePriceMinutes: 1.5 }', 'averagePriceMinutes must be a whole number of minutes, up to 1440'],
    ['AAA-USDT: { minNotionalExemptsMarket: 1 }', 'minNotionalExemptsMarket is neither true nor false'],
    ['AAA-USDT: { priceBand: { up: 1 } }', 'priceBand: up is none of buyLower, buyUpper, sellLower, sellUpper'],
    ['AAA-USDT: 5', 'AAA-USDT has no object of rules'],
    ['- AAA-USDT', 'it is no object of rules by symbol'],
    ['time,open\n1,2', 'it is no object of rules by symbol'],
    ['{}', 'it has rules of no symbol'],
    ['', 'it is no object of rules by symbol'],
    ['a: 1\nb: {c: [1', 'line 2 is neither JSON nor YAML'],
    ['{"symbols": [{"baseAsset": "A"}]}', 'one of its symbols has no name'],
    ['{"symbols": [{"symbol": "A"}]}', 'A has no filters'],
    ['{"symbols": []}', 'it has rules of no symbol'],
  ])('that cannot be used are refused: %s', (text, reason) => {
    const told = refusal(() => ruleOf(text))
    expect(told).toStartWith('usage: the rules in rules.txt cannot be used: ')
    expect(told).toContain(reason)
  })

  test('a symbol that they do not have is told with some that they have, like ones first', () => {
    const many = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`C${i}-USD`, { tickSize: 1 }]))
    const text = JSON.stringify({ ...many, 'AAA-EUR': {} })
    expect(refusal(() => ruleOf(text))).toBe(
      'usage: rules.txt has no rules of AAA-USDT, only of AAA-EUR, C0-USD, C1-USD, C2-USD, C3-USD, C4-USD, C5-USD, C6-USD, C7-USD, C8-USD and 6 more',
    )
    expect(refusal(() => rulesOf(text, 'r', 'binance'))).toContain("only LEAN's file has markets to choose from")
  })
})
