/**
 * Who has no equity left at the prices that a market event shows, and is liquidated there: its positions in the currency
 * are closed at that price (others at their last), without fee or slippage, for nothing is left to pay them from; its
 * open orders are cancelled. On a candle the worst price counts, not the close: the venue saw it too. What the candle's
 * open leaves is closed at the open; else at the price on the way to the worst one at which the equity is zero.
 */
import type { MarketEvent } from '../../schema/events'
import type { Account } from '../accounts/account'
import type { Decimal } from '../decimal'
import type { Endangered } from './danger-zone'
import { type PricePath, pathAt } from './price-path'
import type { SymbolMatcher } from './symbol-matcher'
import type { WorkingOrder } from './working-order'

/** Told to the owner with the last of the reports that it causes. */
export interface Liquidation {
  /** Whose equity is lost. */
  readonly currency: string
  /** The market that did it. */
  readonly symbol: string
  /** In a sentence. */
  readonly reason: string
  readonly timeMs: number
}

/** What the owner is told of it, besides whom and when. */
export const liquidationNotice = ({ reason }: Pick<Liquidation, 'reason'>) => ({
  status: 'TRIGGERED',
  reason,
  breachType: 'LIQUIDATION',
  killSwitchEngaged: false,
  circuitBreakerOpen: false,
})

/** Where and when the equity is lost. */
export interface Loss extends Endangered {
  readonly symbol: string
  readonly price: Decimal
  readonly timeMs: number
}

export class Liquidator {
  /** @param liquidate carries it out. @param spared nothing is lost, though several positions together came near it. */
  constructor(
    private readonly liquidate: (loss: Loss) => void,
    private readonly spared: (endangered: Endangered, symbol: string) => void,
  ) {}

  /**
   * Whether the event leaves somebody nothing. Of an account with several positions: whether it may, as that depends on
   * prices of the others that may not have been seen yet. Changes nothing.
   */
  strikes(matcher: SymbolMatcher, event: MarketEvent): boolean {
    const path = pathOf(matcher, event)
    if (!path) return false
    const { symbol } = matcher
    return endangered(matcher, path).some(
      (one) => one.account.isJoint(symbol) || lossAtFirst(one, symbol, path) || lossOnTheWay(one, symbol, path),
    )
  }

  /** What the event shows first. */
  atFirst(matcher: SymbolMatcher, event: MarketEvent): void {
    const path = pathOf(matcher, event)
    if (path) this.judge(matcher, pathAt(path.first, path.firstMs), lossAtFirst)
  }

  /** All that the event shows. */
  onTheWay(matcher: SymbolMatcher, event: MarketEvent): void {
    const path = pathOf(matcher, event)
    if (path) this.judge(matcher, path, lossOnTheWay)
  }

  /** What it shows until it reaches the price of an order on its way. */
  before(
    { owner, order: { symbol }, stage, stop, limit }: WorkingOrder,
    matcher: SymbolMatcher,
    event: MarketEvent,
  ): void {
    const path = pathOf(matcher, event)
    const price = stage === 'stop' ? stop : limit
    if (!path || !price || price.compare(path.low) < 0 || price.compare(path.high) > 0) return
    for (const one of endangered(matcher, path)) {
      if (one.owner !== owner || one.account.equityAt(symbol, price).sign > 0) continue
      this.liquidate(lossAt(one, symbol, path, price))
    }
  }

  /** The last price, after fills that have cost something. */
  atMark(matcher: SymbolMatcher, timeMs: number): void {
    const { danger, mark } = matcher
    const price = danger.reaches(mark.number, mark.number) ? mark.price : undefined
    if (price) this.judge(matcher, pathAt(price, timeMs), lossAtFirst)
  }

  private judge(matcher: SymbolMatcher, path: PricePath, lossOf: typeof lossAtFirst): void {
    for (const one of endangered(matcher, path)) {
      const loss = lossOf(one, matcher.symbol, path)
      if (loss) this.liquidate(loss)
      else this.spared(one, matcher.symbol)
    }
  }
}

const pathOf = (matcher: SymbolMatcher, event: MarketEvent): PricePath | undefined =>
  matcher.danger.mayStrike(event) ? matcher.pathOf(event) : undefined

const endangered = ({ danger }: SymbolMatcher, { low, high }: PricePath): Endangered[] =>
  danger.struck(low.toNumber(), high.toNumber())

function lossAtFirst(one: Endangered, symbol: string, { first, firstMs }: PricePath): Loss | undefined {
  return one.account.equityAt(symbol, first).sign > 0 ? undefined : { ...one, symbol, price: first, timeMs: firstMs }
}

function lossOnTheWay(one: Endangered, symbol: string, path: PricePath): Loss | undefined {
  const worst = isLong(one.account, symbol) ? path.low : path.high
  return one.account.equityAt(symbol, worst).sign > 0 ? undefined : lossAt(one, symbol, path, worst)
}

/** @param worst leaves nothing. */
function lossAt(one: Endangered, symbol: string, path: PricePath, worst: Decimal): Loss {
  const best = isLong(one.account, symbol) ? path.high : path.low
  return { ...one, symbol, price: one.account.bankruptcyPrice(symbol, best, worst), timeMs: path.lastMs }
}

const isLong = (account: Account, symbol: string): boolean => account.quantity(symbol).sign > 0
