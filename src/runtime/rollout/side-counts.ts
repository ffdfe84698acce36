/**
 * What the instances of a rollout have done since it began, by the revision that each ran at the time. Each is looked at
 * every now and then, and what has changed since it was looked at last counts for that revision.
 */
import type { Side } from '../../schema/rollouts'
import type { Account } from '../../trading/accounts/account'
import { Decimal, ZERO } from '../../trading/decimal'
import type { InstanceRecord } from '../instances/instance'
import { currenciesOf, isPriced } from '../worth/equity-watch'
import { Standing, type StandingState } from '../worth/standing'

export type SideName = 'from' | 'to'

/** An instance as it stands now; money by currency, undefined while a position has no price. */
export interface Observed {
  readonly money: ReadonlyMap<string, Money> | undefined
  readonly fills: number
}

const NO_SUMS = { money: {}, fills: 0 }

interface Money {
  readonly realized: Decimal
  readonly unrealized: Decimal
  readonly equity: Decimal
}

interface Seen {
  money: ReadonlyMap<string, Money>
  fills: number
  /** The side that its equity is among. */
  side: SideName
}

interface Sums {
  /** Changes. */
  readonly money: Map<string, Money>
  fills: number
}

type Texts = readonly [realized: string, unrealized: string, equity: string]

interface KeptSeen {
  readonly money: Readonly<Record<string, Texts>>
  readonly fills: number
  readonly side: SideName
}

interface KeptSums {
  readonly money: Readonly<Record<string, Texts>>
  readonly fills: number
}

/** As JSON keeps it. */
export interface CountedState {
  readonly seen: Readonly<Record<string, KeptSeen>>
  readonly sums: Readonly<Record<SideName, KeptSums>>
  readonly standings: Readonly<Record<string, StandingState>>
}

export class SideCounts {
  /** By the key of the instance. */
  private readonly seen = new Map<number, Seen>()
  private readonly sums: Record<SideName, Sums>
  /** By currency, those that have moved. */
  private readonly standings: Map<string, Standing>
  /** What the equity of those that have moved has changed by since `standings` was told. */
  private readonly changes = new Map<string, Decimal>()

  constructor(state?: CountedState) {
    const { from = NO_SUMS, to = NO_SUMS } = state?.sums ?? {}
    this.sums = { from: restoredSums(from), to: restoredSums(to) }
    for (const [key, { money, fills, side }] of Object.entries(state?.seen ?? {})) {
      this.seen.set(Number(key), { money: restoredMoney(money), fills, side })
    }
    const standings = Object.entries(state?.standings ?? {})
    this.standings = new Map(standings.map(([currency, standing]) => [currency, Standing.restored(standing)]))
  }

  /** How far those that have moved were below their best at worst, in percent. */
  get drawdownPct(): number {
    return Math.max(0, ...[...this.standings.values()].map((standing) => -standing.performance(0).maxDrawdownPct))
  }

  /** Looks at an instance. @param side whose revision it has run since the last time. */
  observe(key: number, side: SideName, { money, fills }: Observed): void {
    const before = this.seen.get(key)
    if (!before) {
      this.seen.set(key, { money: money ?? new Map(), fills, side })
      return
    }
    const sums = this.sums[side]
    sums.fills += Math.max(0, fills - before.fills)
    for (const [currency, now] of money ?? []) this.book(side, currency, before.money.get(currency), now)
    this.seen.set(key, { money: money ?? before.money, fills, side })
  }

  /** All were looked at: what those that have moved have brought counts at once, not one before the other. */
  endRound(nowMs: number): void {
    for (const [currency, change] of this.changes) {
      const standing = this.standings.get(currency) ?? new Standing(nowMs)
      this.standings.set(currency, standing)
      standing.add(change, this.capital(currency), nowMs)
    }
    this.changes.clear()
  }

  /** Others are no more, or follow something else. */
  keep(keys: ReadonlySet<number>): void {
    for (const key of this.seen.keys()) if (!keys.has(key)) this.seen.delete(key)
  }

  /** All but its hash, its instances, errors and lag. */
  view(side: SideName): Omit<Side, 'hash' | 'instances' | 'errors' | 'lagMs'> {
    const { money, fills } = this.sums[side]
    const amounts = [...money].map(([currency, { realized, unrealized }]) => ({
      currency,
      realizedPnl: realized.toString(),
      unrealizedPnl: unrealized.toString(),
    }))
    const [first, ...others] = amounts
    return {
      ...(first ?? { realizedPnl: '0', unrealizedPnl: '0' }),
      ...(others.length > 0 && { others }),
      fills,
    }
  }

  get state(): CountedState {
    return {
      seen: mapped(this.seen, ({ money, fills, side }) => ({ money: mapped(money, textsOf), fills, side })),
      sums: { from: keptSums(this.sums.from), to: keptSums(this.sums.to) },
      standings: mapped(this.standings, ({ state }) => state),
    }
  }

  private book(side: SideName, currency: string, before: Money | undefined, now: Money): void {
    if (!before) return
    const { money } = this.sums[side]
    const { realized, unrealized, equity } = money.get(currency) ?? NOTHING
    const change = now.equity.minus(before.equity)
    money.set(currency, {
      realized: realized.plus(now.realized.minus(before.realized)),
      unrealized: unrealized.plus(now.unrealized.minus(before.unrealized)),
      equity: equity.plus(change),
    })
    if (side === 'to') this.changes.set(currency, (this.changes.get(currency) ?? ZERO).plus(change))
  }

  private capital(currency: string): Decimal {
    let sum = ZERO
    for (const { side, money } of this.seen.values()) {
      const equity = side === 'to' ? money.get(currency)?.equity : undefined
      if (equity) sum = sum.plus(equity)
    }
    return sum
  }
}

/** What its accounts hold by now, by currency; undefined while a position has no price. */
export function moneyOf(
  record: InstanceRecord,
  accountAt: (provider: string) => Account | undefined,
): ReadonlyMap<string, Money> | undefined {
  const all = new Map<string, Money>()
  for (const provider of record.providers) {
    const account = accountAt(provider)
    if (!account) continue
    if (!isPriced(account)) return undefined
    for (const currency of currenciesOf(account, record.stored.scope[provider]?.symbols ?? [])) {
      const { realized, unrealized, equity } = all.get(currency) ?? NOTHING
      const more = Decimal.parse(account.equity(currency))
      all.set(currency, { realized, unrealized, equity: equity.plus(more) })
    }
    for (const { symbol, realizedPnl, unrealizedPnl } of account.positions()) {
      const currency = account.contract(symbol).settlementCurrency
      const { realized, unrealized, equity } = all.get(currency) ?? NOTHING
      all.set(currency, {
        realized: realized.plus(Decimal.parse(realizedPnl)),
        unrealized: unrealized.plus(Decimal.parse(unrealizedPnl)),
        equity,
      })
    }
  }
  return all
}

const NOTHING: Money = { realized: ZERO, unrealized: ZERO, equity: ZERO }

const textsOf = ({ realized, unrealized, equity }: Money): Texts => [
  realized.toString(),
  unrealized.toString(),
  equity.toString(),
]

function moneyIn([realized, unrealized, equity]: Texts): Money {
  return { realized: Decimal.parse(realized), unrealized: Decimal.parse(unrealized), equity: Decimal.parse(equity) }
}

const restoredMoney = (texts: Readonly<Record<string, Texts>>): Map<string, Money> =>
  new Map(Object.entries(texts).map(([currency, money]) => [currency, moneyIn(money)]))

const keptSums = ({ money, fills }: Sums): KeptSums => ({ money: mapped(money, textsOf), fills })

const restoredSums = ({ money, fills }: KeptSums): Sums => ({ money: restoredMoney(money), fills })

function mapped<K extends string | number, V, W>(map: ReadonlyMap<K, V>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries([...map].map(([key, value]) => [String(key), change(value)]))
}
