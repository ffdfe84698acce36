/**
 * The rules of markets as venues and others publish them in a file: recognised by what is in it. One reader for backtests
 * and for replays on a gateway.
 */
import { LineCounter, parseDocument } from 'yaml'
import { Failure } from '../../errors/failure'
import { readInputText } from '../../files/input'
import { digestOf } from '../../schema/digest'
import type { Instrument } from '../../schema/events'
import { binanceRules } from './binance'
import { leanRules } from './lean'
import { ownRules } from './own'
import { isObject, type MarketRule, RulesProblem } from './rule'

/** Symbols that a refusal names. */
const MOST_NAMED = 10
/** Rules of every symbol that has none of its own. */
const ANY = '*'

/** The rules of a file. */
export interface MarketRules {
  /** As it was named, and the digest of what was in it. */
  readonly source: { readonly file: string; readonly sha256: string }
  /** @throws Failure usage when the file has no rules of it. */
  apply(instrument: Instrument): Instrument
  /** What it has of a symbol, if anything. */
  find(symbol: string): MarketRule | undefined
}

/**
 * @param named the path of the file, perhaps with what is meant of it: `symbol-properties-database.csv#binance/crypto`.
 * @param find where the file lies.
 * @throws Failure usage when it is no such file, file_unreadable.
 */
export function readRules(named: string, find = (file: string) => file): MarketRules {
  const [, file = named, wanted] = /^(.*)#([^#/]+(?:\/[^#/]+)?)$/.exec(named) ?? []
  return rulesOf(readInputText(find(file)), named, wanted)
}

/** @param named for messages. @param wanted market and type, of a file that has several. */
export function rulesOf(text: string, named: string, wanted?: string): MarketRules {
  const rules = parsed(text, named, wanted)
  if (rules.size === 0) throw refused(named, 'it has rules of no symbol')
  const ruleOf = (symbol: string): MarketRule => {
    const rule = rules.get(symbol) ?? rules.get(ANY)
    if (rule) return rule
    const known = [...rules.keys()]
    const more = known.length > MOST_NAMED ? ` and ${known.length - MOST_NAMED} more` : ''
    throw new Failure(
      'usage',
      `${named} has no rules of ${symbol}, only of ${nearest(known, symbol).join(', ')}${more}`,
      {},
      'name the data by --symbol as the rules do, or add the symbol to the file',
    )
  }
  return {
    source: { file: named, sha256: digestOf(new TextEncoder().encode(text)) },
    apply: (instrument) => {
      const { ambiguous, unused: _, ...rule } = ruleOf(instrument.symbol)
      if (ambiguous) throw several(named, instrument.symbol, ambiguous)
      return { ...instrument, ...rule }
    },
    find: (symbol) => rules.get(symbol) ?? rules.get(ANY),
  }
}

/** What a file has of the symbols that nothing is made of, in sentences. */
export function unusedRules(rules: MarketRules | undefined, symbols: readonly string[]): string[] {
  return symbols.flatMap((symbol) => {
    const { unused } = rules?.find(symbol) ?? {}
    if (!unused) return []
    return [
      `${rules!.source.file}: ${unused.join(' and ')} of ${symbol}: not used; prices are taken as the data have them`,
    ]
  })
}

function parsed(text: string, named: string, wanted: string | undefined): ReadonlyMap<string, MarketRule> {
  try {
    if (/^\uFEFF?market,symbol,type,/.test(text)) return leanRules(text, wanted)
    if (wanted !== undefined) throw new RulesProblem(`only LEAN's file has markets to choose from, as #${wanted} does`)
    const lines = new LineCounter()
    const document = parseDocument(text, { prettyErrors: false, lineCounter: lines })
    const [error] = document.errors
    if (error) throw new RulesProblem(`line ${lines.linePos(error.pos[0]).line} is neither JSON nor YAML`)
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    if (!isObject(value)) throw new RulesProblem('it is no object of rules by symbol')
    return Array.isArray(value.symbols) ? binanceRules(value.symbols, 'futuresType' in value) : ownRules(value)
  } catch (error) {
    throw error instanceof RulesProblem ? refused(named, error.message) : error
  }
}

const HINT =
  "a file of rules is Binance's exchangeInfo, LEAN's symbol-properties-database.csv, or YAML as `BTC-USDT: {tickSize: 0.01, stepSize: 0.001, minNotional: 5}`"

const refused = (named: string, problem: string): Failure =>
  new Failure('usage', `the rules in ${named} cannot be used: ${problem}`, {}, HINT)

const several = (named: string, symbol: string, markets: readonly string[]): Failure =>
  new Failure(
    'usage',
    `${named} has rules of ${symbol} in several markets: ${markets.slice(0, MOST_NAMED).join(', ')}`,
    {},
    `choose one, as --rules ${named.replace(/#.*/, '')}#${markets[0]}`,
  )

/** Those that begin as the symbol does come first. */
function nearest(known: readonly string[], symbol: string): string[] {
  const [base] = symbol.split('-')
  const near = known.filter((one) => one.split('-')[0] === base)
  return [...near, ...known.filter((one) => !near.includes(one))].slice(0, MOST_NAMED)
}
