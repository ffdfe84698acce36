/** What the sections of a page share: the columns, and which trade is looked at. */
import type { Columns } from './columns'

export interface ShownTrade {
  /** Its number, from 1 on in the order of the result. */
  readonly number: number
  readonly symbol: string
  readonly long: boolean
  readonly entryMs: number
  readonly exitMs: number
  readonly entryPrice: number
  readonly exitPrice: number
  /** What it came to, as a tone: nothing is neither. */
  readonly tone: 'gain' | 'loss' | ''
  /** As a sentence. */
  readonly text: string
}

type Listener = (trade: ShownTrade | undefined) => void
type StrategyListener = (strategy: number | undefined) => void

/**
 * The address names the trade that is looked at (`#trade-7`): so a link leads to it, and the browser's way back leads back.
 */
export class Context {
  /** Knows trades by their numbers; the section of the trades tells. */
  trade: (number: number) => ShownTrade | undefined = () => undefined
  private readonly listeners: Listener[] = []
  private readonly strategyListeners: StrategyListener[] = []
  private shown: ShownTrade | undefined
  /** The page was at its own table before: there is a way back to it. */
  private cameFromHere = false

  constructor(readonly columns: Columns) {
    addEventListener('hashchange', () => {
      this.cameFromHere = true
      this.follow()
    })
    addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.shown) this.back()
    })
  }

  onTrade(listener: Listener): void {
    this.listeners.push(listener)
  }

  /** Told of which of several strategies alone is to be shown, by its place; undefined for all. */
  onStrategy(listener: StrategyListener): void {
    this.strategyListeners.push(listener)
  }

  chooseStrategy(strategy: number | undefined): void {
    for (const listener of this.strategyListeners) listener(strategy)
  }

  /** Goes by the address. */
  follow(): void {
    const number = /^#trade-(\d+)$/.exec(location.hash)?.[1]
    const trade = number === undefined ? undefined : this.trade(Number(number))
    if (trade === this.shown) return
    this.shown = trade
    for (const listener of this.listeners) listener(trade)
  }

  back(): void {
    if (this.cameFromHere) history.back()
    else location.hash = '#trades'
  }
}
