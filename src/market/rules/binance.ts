/** Binance's exchangeInfo, of the spot market and of USDⓈ-M futures: the filters of its symbols. */
import type { PriceBand } from '../../schema/events'
import { platformSymbol } from '../files/symbols'
import { boundIn, countIn, defined, isObject, type MarketRule, RulesProblem } from './rule'

type Filters = ReadonlyMap<string, Readonly<Record<string, unknown>>>

const BY_SIDE = 'PERCENT_PRICE_BY_SIDE'
const NOTHING: Readonly<Record<string, unknown>> = {}

/** @param isFutures its margins and minima are those of futures. */
export function binanceRules(symbols: readonly unknown[], isFutures: boolean): Map<string, MarketRule> {
  const rules = new Map<string, MarketRule>()
  for (const entry of symbols) {
    if (!isObject(entry) || typeof entry.symbol !== 'string') throw new RulesProblem('one of its symbols has no name')
    rules.set(symbolOf(entry, entry.symbol), ruleOf(entry, entry.symbol, isFutures))
  }
  return rules
}

/** A contract with an end has its own name, all others that of their pair. */
function symbolOf({ contractType, baseAsset, quoteAsset }: Readonly<Record<string, unknown>>, name: string): string {
  const hasEnd = contractType !== undefined && contractType !== 'PERPETUAL'
  return hasEnd || typeof baseAsset !== 'string' || typeof quoteAsset !== 'string'
    ? platformSymbol(name)
    : `${baseAsset}-${quoteAsset}`.toUpperCase()
}

function ruleOf(entry: Readonly<Record<string, unknown>>, name: string, isFutures: boolean): MarketRule {
  const { baseAsset, quoteAsset, filters } = entry
  if (!Array.isArray(filters)) throw new RulesProblem(`${name} has no filters`)
  const byType: Filters = new Map(
    filters.filter(isObject).map((filter) => [String(filter.filterType), filter] as const),
  )
  const at = (type: string) => byType.get(type) ?? NOTHING
  const bound = (type: string, field: string) => boundIn(at(type)[field], `${name}: ${field} of ${type}`)
  const most = (type: string, field: string) =>
    countIn(at(type)[field] ?? at(type).limit, `${name}: ${field} of ${type}`)
  const minutes = [...byType.values()].map(({ avgPriceMins }) => avgPriceMins)
  const notional = byType.has('NOTIONAL') ? 'NOTIONAL' : 'MIN_NOTIONAL'
  const { applyToMarket, applyMinToMarket = applyToMarket, applyMaxToMarket } = at(notional)
  const minNotional = bound(notional, 'minNotional') ?? bound(notional, 'notional')
  const maxNotional = bound(notional, 'maxNotional')
  return defined({
    type: isFutures ? 'future' : 'spot',
    baseCurrency: typeof baseAsset === 'string' ? baseAsset : undefined,
    quoteCurrency: typeof quoteAsset === 'string' ? quoteAsset : undefined,
    priceIncrement: bound('PRICE_FILTER', 'tickSize'),
    minPrice: bound('PRICE_FILTER', 'minPrice'),
    maxPrice: bound('PRICE_FILTER', 'maxPrice'),
    quantityIncrement: bound('LOT_SIZE', 'stepSize'),
    minQuantity: bound('LOT_SIZE', 'minQty'),
    maxQuantity: bound('LOT_SIZE', 'maxQty'),
    marketQuantityIncrement: bound('MARKET_LOT_SIZE', 'stepSize'),
    marketMinQuantity: bound('MARKET_LOT_SIZE', 'minQty'),
    marketMaxQuantity: bound('MARKET_LOT_SIZE', 'maxQty'),
    minNotional,
    maxNotional,
    // where it says nothing, as of futures, it binds market orders too
    minNotionalExemptsMarket: (minNotional !== undefined && applyMinToMarket === false) || undefined,
    maxNotionalExemptsMarket: (maxNotional !== undefined && applyMaxToMarket !== true) || undefined,
    priceBand: bandOf(bound, byType, isFutures),
    averagePriceMinutes: minutes.find((count): count is number => typeof count === 'number' && count > 0),
    maxOpenOrders: most('MAX_NUM_ORDERS', 'maxNumOrders'),
    maxOpenStopOrders: most('MAX_NUM_ALGO_ORDERS', 'maxNumAlgoOrders'),
    maxPosition: bound('MAX_POSITION', 'maxPosition'),
    filters: {
      price: 'PRICE_FILTER',
      size: 'LOT_SIZE',
      marketSize: 'MARKET_LOT_SIZE',
      notional,
      priceBand: byType.has(BY_SIDE) ? BY_SIDE : 'PERCENT_PRICE',
      openOrders: 'MAX_NUM_ORDERS',
      openStopOrders: 'MAX_NUM_ALGO_ORDERS',
      position: 'MAX_POSITION',
    },
  })
}

/** Spot bounds both sides on both sides; futures keep buyers from above and sellers from below. */
function bandOf(
  bound: (type: string, field: string) => string | undefined,
  filters: Filters,
  isFutures: boolean,
): PriceBand | undefined {
  const band = filters.has(BY_SIDE)
    ? {
        buyLower: bound(BY_SIDE, 'bidMultiplierDown'),
        buyUpper: bound(BY_SIDE, 'bidMultiplierUp'),
        sellLower: bound(BY_SIDE, 'askMultiplierDown'),
        sellUpper: bound(BY_SIDE, 'askMultiplierUp'),
      }
    : {
        buyLower: isFutures ? undefined : bound('PERCENT_PRICE', 'multiplierDown'),
        buyUpper: bound('PERCENT_PRICE', 'multiplierUp'),
        sellLower: bound('PERCENT_PRICE', 'multiplierDown'),
        sellUpper: isFutures ? undefined : bound('PERCENT_PRICE', 'multiplierUp'),
      }
  const known = defined(band)
  return Object.keys(known).length === 0 ? undefined : known
}
