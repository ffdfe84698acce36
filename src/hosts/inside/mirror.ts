/**
 * An instance's accounts as it knows them: copies of the venues' books that answer at once, brought
 * along its own events exactly as far as it has come. They fall behind with the instance, not with the market.
 */
import { RecordCursor } from '../../sandbox/cursor'
import type { WordTable } from '../../sandbox/words'
import { Account } from '../../trading/account'
import type { ProviderScope } from '../launch'
import type { Chunk } from './chunk'
import { isPriced, priceOf } from './prices'
import { providerOf, slotOf, symbolOf } from './slots'

export class Mirror {
  /** Made when first needed: most instances of a quiet market never ask. */
  private readonly accounts = new Map<string, Account>()
  private readonly prices = new Map<string, string>()
  /** What is marked already of `before`. */
  private readonly marked = new Map<number, Uint8Array>()
  /** Client order ids of what was sent to a venue and is not reported of yet, as far as the instance has come. */
  private readonly unanswered = new Set<string>()
  private chunk: Chunk | undefined
  private cursor: RecordCursor | undefined
  /** Records of the chunk whose prices were looked at, and effects that were applied. */
  private seen = 0
  private applied = 0

  constructor(
    private readonly scope: readonly ProviderScope[],
    private readonly words: WordTable,
  ) {}

  /** @throws Error for a provider out of scope. */
  account(provider: string): Account {
    const known = this.accounts.get(provider)
    if (known) return known
    const scope = this.scope.find((one) => one.provider === provider)
    if (!scope) throw new Error(`no account at ${provider}`)
    const account = accountOf(scope)
    for (const symbol of scope.symbols) {
      const price = this.lastPrice(provider, symbol)
      if (price !== undefined) account.mark(symbol, price)
    }
    this.accounts.set(provider, account)
    return account
  }

  lastPrice(provider: string, symbol: string): string | undefined {
    return this.prices.get(`${provider}\n${symbol}`)
  }

  /** An order has left for its venue. */
  sent(clientOrderId: string): void {
    this.unanswered.add(clientOrderId)
  }

  /** Orders that were sent and are not reported of yet. */
  get awaited(): number {
    return this.unanswered.size
  }

  /** Prices from before the first chunk. */
  seed(prices: ReadonlyMap<number, Uint8Array>): void {
    for (const [slot, record] of prices) {
      if (this.marked.get(slot) === record) continue
      this.marked.set(slot, record)
      this.mark(slot, record)
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
      if (isPriced(cursor)) this.mark(slotOf(cursor), chunk.bytes.subarray(cursor.start, cursor.end))
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

  private apply(chunk: Chunk, index: number): void {
    for (let effect = chunk.effects[this.applied]; effect && effect.at <= index; effect = chunk.effects[this.applied]) {
      this.applied++
      const account = this.account(effect.provider)
      const { order, payload } = effect.report
      this.unanswered.delete(order.clientOrderId)
      // One that was under way until now.
      if (payload.state === 'ACK' && !account.order(order.clientOrderId)) account.placed(order)
      account.apply(effect.report)
    }
  }

  private mark(slot: number, record: Uint8Array): void {
    const provider = providerOf(slot, this.words)
    const symbol = symbolOf(slot, this.words)
    const scope = this.scope.find((one) => one.provider === provider)
    if (!scope?.symbols.includes(symbol)) return
    const price = priceOf(record)
    if (price === undefined) return
    this.prices.set(`${provider}\n${symbol}`, price)
    this.accounts.get(provider)?.mark(symbol, price)
  }
}

function accountOf({ account: settings, instruments, state, fills, openOrders }: ProviderScope): Account {
  const rules = new Map(instruments.map((instrument) => [instrument.symbol, instrument]))
  const account = new Account(settings, (symbol) => {
    const instrument = rules.get(symbol)
    if (!instrument) throw new Error(`no rules of ${symbol}`)
    return instrument
  })
  if (state) account.restore(state)
  for (const fill of fills) account.applyFill(fill)
  for (const { order, filledQuantity } of openOrders) account.placed(order, filledQuantity)
  return account
}
