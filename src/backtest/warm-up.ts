/** The first bars of a run: a strategy is told of them and may not order. The figures of the run begin after them. */
import { Failure } from '../errors/failure'
import type { DataFeed } from '../market/files/open'
import type { MarketEvent } from '../schema/events'
import type { BacktestSettings } from './settings'

export class WarmUp {
  readonly #counts = new Map<string, number>()
  /** For one symbol at least. */
  isOver: boolean

  /**
   * @param bars of each symbol. @param interval their length, where there are candles of several.
   */
  constructor(
    readonly bars: number,
    private readonly interval: string | undefined,
  ) {
    this.isOver = bars === 0
  }

  /** Another one that has counted nothing. */
  again(): WarmUp {
    return new WarmUp(this.bars, this.interval)
  }

  /** Counts an event that the strategy is told of. */
  see(event: MarketEvent): void {
    if (this.bars === 0 || event.type !== 'KlineSummary' || event.audience === 'venue') return
    const { symbol, payload } = event
    if (this.interval !== undefined && payload.interval !== this.interval) return
    const count = (this.#counts.get(symbol) ?? 0) + 1
    this.#counts.set(symbol, count)
    if (count > this.bars) this.isOver = true
  }

  /** Counts the events `first` up to but without `end`; answers the one with which it is over, if it is one of them. */
  endIn(events: readonly MarketEvent[], first: number, end: number): number | undefined {
    if (this.isOver) return undefined
    for (let index = first; index < end; index++) {
      this.see(events[index]!)
      if (this.isOver) return index
    }
    return undefined
  }

  /** What there may still come of the symbol changes nothing any more. */
  isOverFor(symbol: string): boolean {
    return this.bars === 0 || (this.#counts.get(symbol) ?? 0) > this.bars
  }

  /** Why nothing may be ordered of a symbol. */
  refusal(symbol: string): string | undefined {
    if (this.isOverFor(symbol)) return undefined
    return `warm-up: orders are refused until bar ${this.bars + 1}`
  }

  /** @throws Failure usage when the data were over before it was. */
  refuseUnfinished(): void {
    if (this.isOver) return
    const most = Math.max(0, ...this.#counts.values())
    const length = this.interval === undefined ? '' : ` of ${this.interval}`
    throw new Failure(
      'usage',
      `the data have no more than ${most} bars${length}: a warm-up of ${this.bars} leaves nothing`,
      {},
      'choose a shorter warm-up, or more data',
    )
  }
}

/** @throws Failure usage where there are no bars to count. */
export function warmUpOf({ warmup = 0, timeframes }: BacktestSettings, { kind }: Pick<DataFeed, 'kind'>): WarmUp {
  if (warmup > 0 && timeframes === undefined && kind !== 'klines') {
    throw new Failure(
      'usage',
      `a warm-up is counted in bars, and the data are ${kind}`,
      {},
      'name the length of the bars, as --timeframe 1m',
    )
  }
  return new WarmUp(warmup, timeframes?.[0])
}
