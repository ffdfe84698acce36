/** Rules as one writes them by hand: `BTC-USDT: { tickSize: 0.01, stepSize: 0.001, minNotional: 5 }`. */
import type { PriceBand } from '../../schema/events'
import { platformSymbol } from '../files/symbols'
import { boundIn, countIn, decimalIn, defined, isObject, type MarketRule, RulesProblem } from './rule'

/** What fields are called besides their names in `Instrument`. */
const ALIASES: Readonly<Record<string, string>> = { tickSize: 'priceIncrement', stepSize: 'quantityIncrement' }
const BOUNDS = [
  'priceIncrement',
  'minPrice',
  'maxPrice',
  'quantityIncrement',
  'minQuantity',
  'maxQuantity',
  'marketQuantityIncrement',
  'marketMinQuantity',
  'marketMaxQuantity',
  'minNotional',
  'maxNotional',
  'maxPosition',
  'multiplier',
  'marginPerContract',
] as const
const COUNTS = ['maxOpenOrders', 'maxOpenStopOrders'] as const
/** Fees may be zero. */
const FEES = ['feePerContract', 'feeMinimum', 'makerBps', 'takerBps'] as const
const FLAGS = ['minNotionalExemptsMarket', 'maxNotionalExemptsMarket'] as const
const BAND = ['buyLower', 'buyUpper', 'sellLower', 'sellUpper'] as const
/** A day. */
const MOST_MINUTES = 1440
const WHOLE_BPS = 10_000
const TEXTS = ['type', 'baseCurrency', 'quoteCurrency'] as const

export function ownRules(value: Readonly<Record<string, unknown>>): Map<string, MarketRule> {
  return new Map(
    Object.entries(value).map(([written, fields]) => {
      const symbol = platformSymbol(written)
      if (!isObject(fields)) throw new RulesProblem(`${symbol} has no object of rules`)
      return [symbol, ruleOf(symbol, fields)] as const
    }),
  )
}

function ruleOf(symbol: string, fields: Readonly<Record<string, unknown>>): MarketRule {
  const rule: Record<string, unknown> = {}
  for (const [written, value] of Object.entries(fields)) {
    const name = ALIASES[written] ?? written
    const told = `${symbol}: ${written}`
    if (includes(BOUNDS, name)) rule[name] = boundIn(value, told)
    else if (includes(COUNTS, name)) rule[name] = countIn(value, told)
    else if (includes(FEES, name)) rule[name] = feeIn(name, value, told)
    else if (includes(TEXTS, name) && typeof value === 'string') rule[name] = value
    else if (includes(FLAGS, name) && typeof value === 'boolean') rule[name] = value || undefined
    else if (name === 'averagePriceMinutes') rule[name] = minutesIn(value, told)
    else if (name === 'priceBand' && isObject(value)) rule[name] = bandIn(value, told)
    else throw unknown(told, name)
  }
  if (rule.feePerContract !== undefined && (rule.makerBps ?? rule.takerBps) !== undefined) {
    throw new RulesProblem(`${symbol}: fees are either an amount for each contract or in basis points`)
  }
  if (rule.feeMinimum !== undefined && rule.feePerContract === undefined) {
    throw new RulesProblem(`${symbol}: feeMinimum is the least that an order pays by feePerContract, which is missing`)
  }
  return defined(rule)
}

/** A rebate of a maker is a fee below zero. */
function feeIn(name: string, value: unknown, told: string): string {
  const isRebate = name === 'makerBps' && String(value).startsWith('-')
  const amount = decimalIn(isRebate ? String(value).slice(1) : value, told)
  if (name.endsWith('Bps') && Number(amount) >= WHOLE_BPS)
    throw new RulesProblem(`${told} must be below ${WHOLE_BPS}, which is 100 %`)
  return isRebate ? `-${amount}` : amount
}

function minutesIn(value: unknown, told: string): number | undefined {
  if (value === 0) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MOST_MINUTES) return value
  throw new RulesProblem(`${told} must be a whole number of minutes, up to ${MOST_MINUTES}`)
}

function bandIn(value: Readonly<Record<string, unknown>>, told: string): PriceBand {
  const unknownName = Object.keys(value).find((name) => !includes(BAND, name))
  if (unknownName !== undefined) throw new RulesProblem(`${told}: ${unknownName} is none of ${BAND.join(', ')}`)
  return defined(Object.fromEntries(BAND.map((name) => [name, boundIn(value[name], `${told}: ${name}`)])))
}

function unknown(told: string, name: string): RulesProblem {
  if (includes(TEXTS, name)) return new RulesProblem(`${told} is no text`)
  if (includes(FLAGS, name)) return new RulesProblem(`${told} is neither true nor false`)
  const own = BOUNDS.filter((bound) => !Object.values(ALIASES).includes(bound))
  const known = [...Object.keys(ALIASES), ...own, ...COUNTS, ...FEES, 'priceBand', 'averagePriceMinutes', ...FLAGS]
  return new RulesProblem(`${told} is no rule; the rules are ${known.join(', ')}`)
}

const includes = (names: readonly string[], name: string): boolean => names.includes(name)
