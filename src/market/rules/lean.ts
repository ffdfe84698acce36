/**
 * LEAN's symbol-properties-database.csv: tick, lot, multiplier and minimum of symbols by market and type. The minimum is a
 * quantity, of Binance's spot markets a notional, as LEAN itself reads it.
 */
import { boundIn, defined, type MarketRule, RulesProblem } from './rule'

/** Rules of all symbols of their market and type. */
const WILDCARD = '[*]'
const COLUMNS = ['market', 'symbol', 'type', 'description', 'quote_currency', 'contract_multiplier'] as const
/** What LEAN takes from them is of its own prices and options: none of it is a rule of orders. */
const UNUSED = [
  ['price_magnifier', 10],
  ['strike_multiplier', 11],
] as const
const MINIMUM_OF_NOTIONAL = /^binance(us)?$/

/** @param wanted `market` or `market/type`; needed where a symbol is in several. */
export function leanRules(text: string, wanted: string | undefined): Map<string, MarketRule> {
  const [wantedMarket, wantedType] = wanted?.toLowerCase().split('/') ?? []
  const found = new Map<string, { readonly rule: MarketRule; readonly place: string }[]>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (index === 0 || line.startsWith('#') || line.trim() === '') continue
    const fields = fieldsOf(line)
    if (fields.length < COLUMNS.length + 2) throw new RulesProblem(`line ${index + 1} has ${fields.length} fields`)
    const [market = '', symbol = '', type = ''] = fields
    if (wantedMarket !== undefined && market !== wantedMarket) continue
    if (wantedType !== undefined && type !== wantedType) continue
    if (symbol === WILDCARD && wantedType === undefined) continue
    const key = symbol === WILDCARD ? '*' : platformName(symbol, fields[4] ?? '')
    const rules = found.get(key) ?? []
    found.set(key, rules)
    rules.push({ rule: ruleOf(fields, `line ${index + 1}`), place: `${market}/${type}` })
  }
  if (found.size === 0 && wanted !== undefined) throw new RulesProblem(`it has no market ${wanted}`)
  return new Map(
    Array.from(found, ([symbol, rules]) => [
      symbol,
      rules.length === 1 ? rules[0]!.rule : { ambiguous: rules.map(({ place }) => place) },
    ]),
  )
}

/** A pair ends in its quote currency; a future has a name of its own. */
function platformName(symbol: string, quote: string): string {
  const isPair = symbol.length > quote.length && quote !== '' && symbol.endsWith(quote)
  return isPair ? `${symbol.slice(0, -quote.length)}-${quote}` : symbol
}

function ruleOf(fields: readonly string[], line: string): MarketRule {
  const [market = '', symbol = '', type = '', , quote = '', multiplier, tick, lot, , minimum] = fields
  const bound = (text: string | undefined, name: string) => boundIn(text?.trim(), `${line}: ${name}`)
  const least = bound(minimum, 'minimum_order_size')
  const isNotional = MINIMUM_OF_NOTIONAL.test(market) && type === 'crypto'
  const units = bound(multiplier, 'contract_multiplier')
  const [base] = platformName(symbol, quote).split('-')
  const unused = UNUSED.map(([name, at]) => [name, bound(fields[at], name)] as const)
    .filter(([, value]) => value !== undefined && value !== '1')
    .map(([name, value]) => `${name} ${value}`)
  return defined({
    type,
    baseCurrency: symbol === WILDCARD ? undefined : base,
    quoteCurrency: quote === '' ? undefined : quote,
    priceIncrement: bound(tick, 'minimum_price_variation'),
    quantityIncrement: bound(lot, 'lot_size'),
    minQuantity: isNotional ? undefined : least,
    minNotional: isNotional ? least : undefined,
    multiplier: units === '1' ? undefined : units,
    unused: unused.length > 0 ? unused : undefined,
  })
}

/** Descriptions may be quoted. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? '').trim(),
  )
}
