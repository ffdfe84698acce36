/** What each kind of alert looks for: what an entry of the feed tells of it, and what holds now. */
import type { AlertRule } from '../schema/alert-settings'
import type { AlertKind } from '../schema/alerts'
import type { FeedItem, FeedType } from '../schema/feed'
import { durationMs } from '../schema/risk-set'
import { Decimal } from '../trading/decimal'
import type { Found, Labels } from './alert'
import type { Counts } from './counts'
import { admits, type Measures, type Standing } from './measures'

export interface FinderDeps {
  readonly measures: Measures
  readonly counts: Counts
}

type Heard = (rule: AlertRule, item: FeedItem, nowMs: number, deps: FinderDeps) => Found | undefined
type Holding = (rule: AlertRule, nowMs: number, deps: FinderDeps) => Found[]

export interface Finder {
  /** What it hears of in the feed. */
  readonly types: readonly FeedType[]
  /** Undefined: it is no news to it. */
  readonly heard: Heard
  readonly holding: Holding
}

const nothing = () => undefined
const countKey = ({ name }: AlertRule, instance: string) => JSON.stringify([name, instance])

/** About an instance, if it is to be told. @param strategy known from elsewhere, when the instance may be gone. */
function ofInstance(
  { filter }: AlertRule,
  { measures }: FinderDeps,
  id: string,
  found: Omit<Found, 'labels' | 'subject'> & { readonly provider?: string; readonly strategy?: string },
): Found | undefined {
  const { provider, strategy: named, ...said } = found
  const known = measures.instance(id)
  const strategy = named ?? known?.strategy
  const labels: Labels = {
    instance: id,
    ...(strategy !== undefined && { strategy }),
    ...(provider !== undefined && { provider }),
  }
  if (!admits(filter, labels, known?.providers)) return undefined
  return { ...said, subject: provider === undefined ? id : `${id} ${provider}`, labels }
}

const present = <T>(values: readonly (T | undefined)[]): T[] =>
  values.filter((value): value is T => value !== undefined)

const failure = (id: string, reason: string) => ({ summary: `instance ${id} failed: ${reason}` })

/** One that is started again has failed all the same. */
const DOWN: ReadonlySet<string> = new Set(['failed', 'restarting'])

const instanceFailed: Finder = {
  types: ['state'],
  heard(rule, item, _, deps) {
    if (item.type !== 'state' || !DOWN.has(item.state)) return undefined
    const { instance, strategy, reason = 'see its logs' } = item
    return ofInstance(rule, deps, instance, { ...failure(instance, reason), strategy })
  },
  holding: (rule, _, deps) =>
    present(
      deps.measures.failed().map(({ instance, reason }) => ofInstance(rule, deps, instance, failure(instance, reason))),
    ),
}

/** More than so many within the last while. @param what is counted. */
function counted(
  what: string,
  types: readonly FeedType[],
  isOne: (
    item: FeedItem,
  ) => { readonly instance: string; readonly strategy: string; readonly last: string } | undefined,
): Finder {
  const find = (rule: AlertRule, id: string, nowMs: number, deps: FinderDeps): Found | undefined => {
    const { times, last } = deps.counts.within(countKey(rule, id), nowMs, rule.withinMs)
    const limit = Number(rule.limit)
    if (times <= limit) return undefined
    const many = limit > 0 ? `more than ${limit}` : String(times)
    const summary = `${what} of instance ${id} within ${rule.withinMs / 1000} s: ${many}, the last: ${last}`
    return ofInstance(rule, deps, id, { summary, value: String(times) })
  }
  return {
    types,
    heard(rule, item, nowMs, deps) {
      const one = isOne(item)
      // counted only if it may be told
      if (!one || !ofInstance(rule, deps, one.instance, { summary: '', strategy: one.strategy })) return undefined
      deps.counts.add(countKey(rule, one.instance), nowMs, Number(rule.limit), one.last)
      return find(rule, one.instance, nowMs, deps)
    },
    holding: (rule, nowMs, deps) =>
      present(
        deps.counts.keys().map((key) => {
          const [name, instance] = JSON.parse(key)
          return name === rule.name ? find(rule, instance, nowMs, deps) : undefined
        }),
      ),
  }
}

const instanceRestarted = counted('restarts', ['state'], (item) =>
  item.type === 'state' && item.restarted
    ? { instance: item.instance, strategy: item.strategy, last: item.reason ?? '' }
    : undefined,
)

const errorRate = counted('errors', ['log'], (item) =>
  item.type === 'log' && item.level === 'error'
    ? { instance: item.instance, strategy: item.strategy, last: item.message.slice(0, 300) }
    : undefined,
)

const lag: Finder = {
  types: [],
  heard: nothing,
  holding(rule, _, deps) {
    const mostMs = durationMs(rule.limit)
    const behind = deps.measures.lags().filter(({ lagMs }) => lagMs > mostMs)
    return present(
      behind.map(({ instance, lagMs }) => {
        const value = `${lagMs} ms`
        return ofInstance(rule, deps, instance, {
          summary: `instance ${instance} is ${value} behind the market`,
          value,
        })
      }),
    )
  },
}

/** @param judge what is said of one that is over the limit. */
function byWorth(
  judge: (rule: AlertRule, standing: Standing, whose: string) => Omit<Found, 'labels' | 'subject'> | undefined,
): Finder {
  return {
    types: [],
    heard: nothing,
    holding: (rule, _, deps) =>
      present(
        deps.measures.standings(rule.of).map((standing) => {
          const { subject, currency } = standing
          const whose = rule.of === 'all' ? 'all instances together' : `${rule.of} ${subject}`
          const said = judge(rule, standing, whose)
          if (!said) return undefined
          if (rule.of === 'instance') {
            const found = ofInstance(rule, deps, subject, said)
            return found && { ...found, subject: `${subject} ${currency}`, labels: { ...found.labels, currency } }
          }
          const labels = { ...(rule.of !== 'all' && { [rule.of]: subject }), currency }
          return admits(rule.filter, labels) ? { ...said, subject: `${subject} ${currency}`.trim(), labels } : undefined
        }),
      ),
  }
}

const drawdown = byWorth(({ limit, since }, { drawdownPct, drawdownPctToday }, whose) => {
  const depth = -(since === 'today' ? drawdownPctToday : drawdownPct)
  if (depth <= Number(limit)) return undefined
  const value = `${depth.toFixed(2)} %`
  return { summary: `${whose}: ${value} below the best ${since === 'today' ? 'of today' : 'since the start'}`, value }
})

const dailyLoss = byWorth(({ limit }, { pnlToday, currency }, whose) => {
  const loss = Decimal.parse('0').minus(Decimal.parse(pnlToday))
  if (loss.compare(Decimal.parse(limit)) <= 0) return undefined
  const value = `${loss.toString()} ${currency}`
  return { summary: `${whose}: ${value} lost today`, value }
})

const ofProvider = ({ filter }: AlertRule, provider: string, reason: string): Found | undefined =>
  admits(filter, { provider })
    ? { subject: provider, labels: { provider }, summary: `provider ${provider}: ${reason}` }
    : undefined

const providerStale: Finder = {
  types: ['provider'],
  heard(rule, item) {
    if (item.type !== 'provider') return undefined
    const { provider, status, stale, reason = 'it failed' } = item
    if (status === 'failed') return ofProvider(rule, provider, reason)
    return status === 'running' && stale ? ofProvider(rule, provider, 'it gives no events') : undefined
  },
  holding: (rule, _, { measures }) =>
    present(measures.silent().map(({ provider, reason }) => ofProvider(rule, provider, reason))),
}

const orderUnknown: Finder = {
  types: ['order'],
  heard(rule, item, _, deps) {
    if (item.type !== 'order' || item.what !== 'unknown') return undefined
    const { instance, strategy, provider, order } = item
    return ofInstance(rule, deps, instance, {
      ...unknown(instance, provider, [order.clientOrderId]),
      provider,
      strategy,
    })
  },
  holding(rule, _, deps) {
    const unknowns = Map.groupBy(deps.measures.unknownOrders(), ({ instance, provider }) =>
      JSON.stringify([instance, provider]),
    )
    return present(
      [...unknowns.values()].map((orders) => {
        const { instance, provider } = orders[0]!
        const ids = orders.map(({ clientOrderId }) => clientOrderId)
        return ofInstance(rule, deps, instance, { ...unknown(instance, provider, ids), provider })
      }),
    )
  },
}

function unknown(instance: string, provider: string, ids: readonly string[]) {
  const named = ids.slice(0, 5).join(', ')
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : ''
  return {
    summary: `instance ${instance}: nobody knows what became of orders at ${provider}: ${named}${more}`,
    value: String(ids.length),
  }
}

const disk: Finder = {
  types: [],
  heard: nothing,
  holding(rule, _, { measures }) {
    const free = measures.diskFreePct()
    if (free === undefined || free >= Number(rule.limit)) return []
    const value = `${free.toFixed(1)} %`
    return [{ subject: '', labels: {}, summary: `${value} of the disk of the data folder is free`, value }]
  },
}

const journal: Finder = {
  types: [],
  heard: nothing,
  holding(_rule, _nowMs, { measures }) {
    const problem = measures.journalProblem()
    if (problem === undefined) return []
    return [{ subject: '', labels: {}, summary: `the journal cannot be written: ${problem}` }]
  },
}

export const FINDERS: Readonly<Record<AlertKind, Finder>> = {
  instanceFailed,
  instanceRestarted,
  lag,
  drawdown,
  dailyLoss,
  errorRate,
  providerStale,
  orderUnknown,
  disk,
  journal,
}
