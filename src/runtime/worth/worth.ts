/** What instances are worth, as it is asked for: positions, equity over time, and sums over many of them. */
import { Failure } from '../../errors/failure'
import type { Page, PageRequest } from '../../schema/page'
import type { EquityCurve, Portfolio, PortfolioGrouping, PositionItem } from '../../schema/worth'
import type { InstanceWorth } from '../../telemetry/instance-metrics'
import type { Account } from '../../trading/accounts/account'
import { Decimal, ZERO } from '../../trading/decimal'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import type { Providers } from '../providers/providers'
import { thinned } from './equity-points'
import { currenciesOf, type EquityWatch, type Scope, type Valued } from './equity-watch'
import { PortfolioSums } from './portfolio-sums'
import type { Performance } from './standing'
import type { Traded } from './traded'

export interface WorthDeps {
  readonly instanceIndex: InstanceIndex
  readonly providers: Pick<Providers, 'openOrders'>
  readonly traded: Traded
  readonly equityWatch: EquityWatch
}

/** Which part of a curve is asked for; times in ms since 1970. */
export interface CurveRequest {
  readonly currency?: string
  readonly fromMs?: number
  readonly toMs?: number
  /** At most so many points. */
  readonly points: number
}

export class Worth {
  constructor(private readonly deps: WorthDeps) {}

  /** @throws Failure instance_not_found. */
  positions(id: string, { offset, limit }: PageRequest): Page<PositionItem> {
    const items = this.positionsOf(this.deps.instanceIndex.record(id))
    return { items: items.slice(offset, offset + limit), total: items.length, offset, limit }
  }

  /** Those of one instance, in the order of its providers and of their first trade. */
  positionsOf(record: InstanceRecord): PositionItem[] {
    return this.accountsOf(record).flatMap(([provider, account]) => {
      return account.positions().map(({ symbol, quantity, averagePrice, unrealizedPnl, realizedPnl }) => {
        const { turnover, fees } = this.deps.traded.of(record, provider, symbol)
        const currency = account.contract(symbol).settlementCurrency
        const lastPrice = account.lastPrice(symbol)?.toString()
        return {
          provider,
          symbol,
          quantity,
          averagePrice,
          ...(lastPrice !== undefined && { lastPrice }),
          unrealizedPnl,
          realizedPnl,
          fees: (fees.get(currency) ?? ZERO).toString(),
          turnover: turnover.toString(),
          currency,
        }
      })
    })
  }

  /** @throws Failure instance_not_found, currency_not_found. */
  equity(id: string, { currency: asked, fromMs = 0, toMs, points }: CurveRequest): EquityCurve {
    const record = this.deps.instanceIndex.record(id)
    const equities = this.equitiesOf(record)
    const currencies = [...equities.keys()]
    const currency = asked ?? currencies[0] ?? ''
    if (asked !== undefined && !equities.has(asked)) {
      throw new Failure(
        'currency_not_found',
        `the instance "${id}" has no account in ${JSON.stringify(asked)}, but in ${currencies.join(', ') || 'none'}`,
      )
    }
    const { equityWatch } = this.deps
    const { equity, unseen } = equities.get(currency) ?? { equity: ZERO, unseen: ZERO }
    const scope = { scope: 'instance', subject: String(record.key) } as const
    const { startMs, pnl, ...performance } = equityWatch.performance(scope, currency, unseen)
    const all = equityWatch.points(record, currency, fromMs, toMs ?? Number.MAX_SAFE_INTEGER)
    return {
      currency,
      points: thinned(all, points).map(([timeMs, value]) => [Math.floor(timeMs), value]),
      startEquity: equity.minus(Decimal.parse(pnl)).toString(),
      equity: equity.toString(),
      pnl,
      ...performance,
      since: new Date(startMs).toISOString(),
      currencies,
    }
  }

  /** Sums over all instances, grouped. */
  portfolio(by: PortfolioGrouping): Portfolio {
    const groups = new Map<string, PortfolioSums>()
    const total = new PortfolioSums()
    for (const record of this.deps.instanceIndex.all()) {
      for (const [provider, account] of this.accountsOf(record)) {
        const key = keyOf(record, provider, by)
        const sums = groups.get(key) ?? new PortfolioSums()
        groups.set(key, sums)
        this.addTo([sums, total], record, provider, account)
      }
    }
    return {
      groups: [...groups].flatMap(([key, sums]) => {
        const performance = (currency: string, unseen: Decimal) => this.performance(by, key, currency, unseen)
        return sums.byCurrency(performance).map((sum) => ({ key, ...sum }))
      }),
      total: total.byCurrency((currency, unseen) => this.performance('all', '', currency, unseen)),
    }
  }

  /** How everything of a kind does, as it was looked at last; instances by their ids. */
  standings(kind: Scope['scope']): ({ readonly subject: string; readonly currency: string } & Performance)[] {
    const all = [...this.deps.equityWatch.standingsOf(kind)]
    if (kind !== 'instance') return all
    const ids = new Map(this.deps.instanceIndex.all().map(({ key, id }) => [String(key), id]))
    return all.flatMap((standing) => {
      const id = ids.get(standing.subject)
      return id === undefined ? [] : [{ ...standing, subject: id }]
    })
  }

  /** What instances are worth, for the metrics. */
  figures(ids: readonly string[]): Map<string, InstanceWorth[]> {
    return new Map(
      ids.map((id) => {
        const record = this.deps.instanceIndex.record(id)
        const open = this.accountsOf(record).flatMap(([, account]) =>
          account
            .positions()
            .filter(({ quantity }) => quantity !== '0')
            .map(({ symbol }) => account.contract(symbol).settlementCurrency),
        )
        const figures = [...this.equitiesOf(record)].map(([currency, { equity, unseen }]) => {
          const { pnlToday, drawdownPct } = this.performance('instance', id, currency, unseen)
          const positions = open.filter((one) => one === currency).length
          return { currency, equity: equity.toString(), pnlToday, drawdownPct, positions }
        })
        return [id, figures]
      }),
    )
  }

  /** By currency; the first is that of its first symbol. */
  private equitiesOf(record: InstanceRecord): Map<string, Valued> {
    const equities = new Map<string, Valued>()
    for (const [provider, account] of this.accountsOf(record)) {
      for (const [currency, { equity, unseen }] of this.valued(record, provider, account)) {
        const so = equities.get(currency)
        equities.set(currency, { equity: equity.plus(so?.equity ?? ZERO), unseen: unseen.plus(so?.unseen ?? ZERO) })
      }
    }
    return equities
  }

  private valued(record: InstanceRecord, provider: string, account: Account): [currency: string, Valued][] {
    const { equityWatch } = this.deps
    const currencies = currenciesOf(account, record.stored.scope[provider]?.symbols ?? [])
    return currencies.map((currency) => [currency, equityWatch.valued(record, provider, account, currency)])
  }

  private addTo(all: readonly PortfolioSums[], record: InstanceRecord, provider: string, account: Account): void {
    for (const [currency, valued] of this.valued(record, provider, account)) {
      for (const sums of all) sums.addAccount(record.id, currency, valued)
    }
    for (const position of account.positions()) {
      const traded = this.deps.traded.of(record, provider, position.symbol)
      const currency = account.contract(position.symbol).settlementCurrency
      for (const sums of all) sums.addPosition(provider, currency, position, traded)
    }
  }

  private performance(scope: Scope['scope'], key: string, currency: string, unseen: Decimal): Performance {
    const { equityWatch, instanceIndex } = this.deps
    const subject = scope === 'instance' ? String(instanceIndex.record(key).key) : key
    const { startMs: _, ...performance } = equityWatch.performance({ scope, subject }, currency, unseen)
    return performance
  }

  private accountsOf(record: InstanceRecord): [provider: string, account: Account][] {
    return record.providers.flatMap((provider) => {
      const account = this.deps.providers.openOrders(provider)?.accountOf(record)
      return account ? [[provider, account] as [string, Account]] : []
    })
  }
}

function keyOf({ id, stored: { strategy, hash } }: InstanceRecord, provider: string, by: PortfolioGrouping): string {
  if (by === 'instance') return id
  if (by === 'provider') return provider
  return by === 'strategy' ? strategy : `${strategy}@${hash}`
}
