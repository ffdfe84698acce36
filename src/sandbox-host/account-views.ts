/**
 * An instance's accounts as it knows them: copies of the venues' books that answer at once, brought
 * along its own events exactly as far as it has come. They fall behind with the instance, not with the market.
 */

import { type ProviderScope, withoutPast } from '../protocol/launch'
import { RecordCursor } from '../sandbox/cursor'
import type { WordTable } from '../sandbox/words'
import type { Account } from '../trading/accounts/account'
import type { ExpectedOrdersState } from '../trading/accounts/expected-orders'
import { rebuiltAccount } from '../trading/accounts/rebuilt'
import { AccountView } from '../trading/session/account-view'
import type { Chunk, Effect } from './chunk'
import { instrumentKey, providerOf, symbolOf } from './instrument-key'
import { isPriced, priceOf } from './prices'

interface Copy {
  readonly account: Account
  readonly view: AccountView
}

export interface AccountViewsState {
  /** With the accounts as they stand. */
  readonly scope: readonly ProviderScope[]
  /** The last ones, by provider and symbol. */
  readonly prices: readonly (readonly [key: string, price: string])[]
  /** The records, in Base64, that prices from before a chunk were read from last, by instrument. */
  readonly marked: readonly (readonly [instrument: number, record: string])[]
  /** What was asked of venues and not answered, by provider. */
  readonly expected: readonly (readonly [provider: string, expected: ExpectedOrdersState])[]
}

export class AccountViews {
  /** Made when first needed: most instances of a quiet market never ask. */
  private readonly copies = new Map<string, Copy>()
  private readonly prices = new Map<string, string>()
  /** What is marked already of `before`. */
  private readonly marked = new Map<number, Uint8Array>()
  private chunk: Chunk | undefined
  private cursor: RecordCursor | undefined
  /** Records of the chunk whose prices were looked at, and effects that were applied. */
  private seen = 0
  private applied = 0

  constructor(
    private scope: readonly ProviderScope[],
    private readonly words: WordTable,
  ) {}

  /** @throws Error for a provider out of scope. */
  view(provider: string): AccountView {
    return this.copy(provider).view
  }

  private copy(provider: string): Copy {
    const known = this.copies.get(provider)
    if (known) return known
    const scope = this.scope.find((one) => one.provider === provider)
    if (!scope) throw new Error(`no account at ${provider}`)
    const account = accountOf(scope)
    for (const symbol of scope.symbols) {
      const price = this.lastPrice(provider, symbol)
      if (price !== undefined) account.mark(symbol, price)
    }
    const copy = { account, view: new AccountView(account) }
    this.copies.set(provider, copy)
    this.scope = this.scope.map((one) => (one === scope ? withoutPast(one) : one))
    return copy
  }

  lastPrice(provider: string, symbol: string): string | undefined {
    return this.prices.get(`${provider}\n${symbol}`)
  }

  /** Orders that were sent and are not reported of yet, as far as the instance has come. */
  get awaited(): number {
    let count = 0
    for (const { view } of this.copies.values()) count += view.awaited
    return count
  }

  /** As it stands, to go on from. */
  get state(): AccountViewsState {
    const expected = Array.from(this.copies).flatMap(([provider, { view }]) => {
      const state = view.expected
      return state ? [[provider, state] as const] : []
    })
    const scope = this.scope.map((at) => {
      const account = this.copies.get(at.provider)?.account
      return account ? { ...at, state: account.state, openOrders: account.placedOrders() } : at
    })
    const marked = Array.from(this.marked, ([instrument, record]) => [instrument, textOf(record)] as const)
    return { scope, prices: [...this.prices], marked, expected }
  }

  /** With the scope of a state, to the rest of it: what it had not looked at yet it has still to look at. */
  resume({ prices, marked, expected }: Omit<AccountViewsState, 'scope'>): void {
    this.prices.clear()
    for (const [key, price] of prices) this.prices.set(key, price)
    this.marked.clear()
    for (const [instrument, record] of marked) this.marked.set(instrument, Buffer.from(record, 'base64'))
    for (const [provider, state] of expected) this.view(provider).expected = state
  }

  /** Prices from before the first chunk. */
  seed(prices: ReadonlyMap<number, Uint8Array>): void {
    for (const [instrument, record] of prices) {
      const known = this.marked.get(instrument)
      if (known === record) continue
      this.marked.set(instrument, record)
      // another host has read the same record from bytes of its own
      if (!known || Buffer.compare(known, record) !== 0) this.mark(instrument, record)
    }
  }

  /** Sees prices and reports of a chunk up to the record at `index`. */
  reach(chunk: Chunk, index: number): void {
    this.enter(chunk)
    if (!this.cursor) {
      this.seed(chunk.before)
      this.cursor = new RecordCursor(chunk.bytes)
    }
    const { cursor } = this
    for (; this.seen <= index && cursor.next(); this.seen++) {
      if (isPriced(cursor)) this.mark(instrumentKey(cursor), chunk.bytes.subarray(cursor.start, cursor.end))
    }
    this.apply(chunk, index)
  }

  /** The records before `count` were handled: their reports take effect, whether or not anybody asked. */
  passed(chunk: Chunk, count: number): void {
    if (chunk.effects.length === 0) return
    this.enter(chunk)
    this.apply(chunk, count - 1)
  }

  private enter(chunk: Chunk): void {
    if (this.chunk === chunk) return
    this.chunk = chunk
    this.cursor = undefined
    this.seen = 0
    this.applied = 0
  }

  /** What the instance is told in one go is in its accounts before the first of it is told. */
  private apply(chunk: Chunk, index: number): void {
    const last = endOfRun(chunk.own, index)
    for (let effect = chunk.effects[this.applied]; effect && effect.at <= last; effect = chunk.effects[this.applied]) {
      this.applied++
      this.take(effect)
    }
  }

  private take({ provider, report, mark, valuedAt }: Effect): void {
    if (mark) this.priced(provider, mark.symbol, mark.price)
    this.view(provider).apply(report, valuedAt)
  }

  private mark(instrument: number, record: Uint8Array): void {
    const provider = providerOf(instrument, this.words)
    const symbol = symbolOf(instrument, this.words)
    const price = priceOf(record)
    if (price !== undefined) this.priced(provider, symbol, price)
  }

  private priced(provider: string, symbol: string, price: string): void {
    const scope = this.scope.find((one) => one.provider === provider)
    if (!scope?.symbols.includes(symbol)) return
    this.prices.set(`${provider}\n${symbol}`, price)
    this.copies.get(provider)?.account.mark(symbol, price)
  }
}

const textOf = (record: Uint8Array): string => Buffer.from(record).toString('base64')

/** The last of the records for the instance alone that follow one of them without a market event between. */
function endOfRun(own: readonly number[], index: number): number {
  let at = own.indexOf(index)
  if (at < 0) return index
  while (own[at + 1] === own[at]! + 1) at++
  return own[at]!
}

function accountOf({ account: settings, instruments, openOrders, ...past }: ProviderScope): Account {
  const rules = new Map(instruments.map((instrument) => [instrument.symbol, instrument]))
  const rulesOf = (symbol: string) => {
    const instrument = rules.get(symbol)
    if (!instrument) throw new Error(`no rules of ${symbol}`)
    return instrument
  }
  return rebuiltAccount(settings, rulesOf, past, openOrders)
}
