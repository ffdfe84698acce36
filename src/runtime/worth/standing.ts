/**
 * How an account, or all accounts of a strategy, a revision or a provider, have done: profit since the start and today, and
 * how far it is below its best. It is fed with changes of equity, so that money that comes with a new instance is no profit,
 * and what an instance earned stays with the revision that earned it. Profits are exact, in one currency.
 */
import { Decimal, ZERO } from '../../trading/decimal'

/** As it is kept. Drawdowns are percentages, 0 or below. */
export interface StandingState {
  readonly startMs: number
  readonly pnl: string
  readonly peak: string
  readonly maxDrawdown: number
  /** Days since 1970, UTC. */
  readonly day: number
  /** `pnl` when the day began. */
  readonly dayStart: string
  readonly dayPeak: string
  readonly dayMaxDrawdown: number
}

/** Percentages are 0 or below. */
export interface Performance {
  readonly pnl: string
  readonly pnlToday: string
  /** Below the best since the start, now and at worst. */
  readonly drawdownPct: number
  readonly maxDrawdownPct: number
  /** Below the best of the day. */
  readonly drawdownPctToday: number
  readonly maxDrawdownPctToday: number
}

const DAY_MS = 86_400_000
/** Decimals of a percentage. */
const PERCENT_SCALE = 8

export class Standing {
  private pnl = ZERO
  private peak = ZERO
  private dayStart = ZERO
  private dayPeak = ZERO
  private drawdown = 0
  private maxDrawdown = 0
  private dayDrawdown = 0
  private dayMaxDrawdown = 0
  private day: number
  /** It has changed since this was last set to false. */
  isChanged = true

  /** @param startMs when it begins, ms since 1970. */
  constructor(readonly startMs: number) {
    this.day = dayOf(startMs)
  }

  static restored(state: StandingState): Standing {
    const standing = new Standing(state.startMs)
    standing.pnl = Decimal.parse(state.pnl)
    standing.peak = Decimal.parse(state.peak)
    standing.maxDrawdown = state.maxDrawdown
    standing.day = state.day
    standing.dayStart = Decimal.parse(state.dayStart)
    standing.dayPeak = Decimal.parse(state.dayPeak)
    standing.dayMaxDrawdown = state.dayMaxDrawdown
    standing.isChanged = false
    return standing
  }

  get state(): StandingState {
    const { startMs, pnl, peak, maxDrawdown, day, dayStart, dayPeak, dayMaxDrawdown } = this
    const [text, best, began, bestToday] = [pnl, peak, dayStart, dayPeak].map(String) as [
      string,
      string,
      string,
      string,
    ]
    return { startMs, pnl: text, peak: best, maxDrawdown, day, dayStart: began, dayPeak: bestToday, dayMaxDrawdown }
  }

  /**
   * @param change of the equity since the last time.
   * @param capital the equity that there is now, of all that it counts.
   */
  add(change: Decimal, capital: Decimal, timeMs: number): void {
    const day = dayOf(timeMs)
    if (day > this.day) this.beginDay(day)
    if (change.sign === 0) return
    this.isChanged = true
    this.pnl = this.pnl.plus(change)
    if (this.pnl.compare(this.peak) > 0) this.peak = this.pnl
    if (this.pnl.compare(this.dayPeak) > 0) this.dayPeak = this.pnl
    this.drawdown = depth(this.pnl, this.peak, capital)
    this.dayDrawdown = depth(this.pnl, this.dayPeak, capital)
    this.maxDrawdown = Math.min(this.maxDrawdown, this.drawdown)
    this.dayMaxDrawdown = Math.min(this.dayMaxDrawdown, this.dayDrawdown)
  }

  /**
   * @param nowMs a day that has begun without a change is a day without profit.
   * @param unseen the change since the last time.
   */
  performance(nowMs: number, unseen = ZERO): Performance {
    const isToday = dayOf(nowMs) <= this.day
    const pnl = this.pnl.plus(unseen)
    return {
      pnl: pnl.toString(),
      pnlToday: (isToday ? pnl.minus(this.dayStart) : unseen).toString(),
      drawdownPct: this.drawdown,
      maxDrawdownPct: this.maxDrawdown,
      drawdownPctToday: isToday ? this.dayDrawdown : 0,
      maxDrawdownPctToday: isToday ? this.dayMaxDrawdown : 0,
    }
  }

  /** As of `performance`, exactly. */
  stood(nowMs: number, unseen = ZERO): { readonly pnl: Decimal; readonly today: Decimal; readonly peak: Decimal } {
    const pnl = this.pnl.plus(unseen)
    const today = dayOf(nowMs) <= this.day ? pnl.minus(this.dayStart) : unseen
    return { pnl, today, peak: this.peak }
  }

  private beginDay(day: number): void {
    this.day = day
    this.dayStart = this.pnl
    this.dayPeak = this.pnl
    this.dayDrawdown = 0
    this.dayMaxDrawdown = 0
    this.isChanged = true
  }
}

const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS)

/** In percent of what there was at the best, with the accounts of now; 0 where that was nothing. */
function depth(pnl: Decimal, best: Decimal, capital: Decimal): number {
  const below = pnl.minus(best)
  if (below.sign === 0) return 0
  const then = capital.minus(below)
  return then.sign > 0 ? below.shifted(-2).dividedBy(then, PERCENT_SCALE).toNumber() : 0
}
