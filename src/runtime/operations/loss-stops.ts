/**
 * Stops trading where losses reach a limit: of all instances together, of those at a provider, of one. It looks when all
 * accounts were looked at, once a second, and after each fill. A resume makes losses count from there on.
 */
import type { LossStopView, SwitchScope } from '../../schema/risk'
import type { RiskLimitSet, RiskLimits } from '../../schema/risk-limits'
import type { StoredMark } from '../../store/risk'
import type { Store } from '../../store/store'
import type { Metrics } from '../../telemetry/metrics'
import { Decimal, ZERO } from '../../trading/decimal'
import { isReached, type LossStop, lossStopsOf, type Stood, shownLoss, stopText } from '../../trading/risk/loss-stops'
import type { ActivityStream } from '../activity/activity-stream'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import { GATEWAY } from '../instances/instance-runner'
import type { Providers } from '../providers/providers'
import type { RiskBook, Target } from '../risk/risk-book'
import type { EquityWatch } from '../worth/equity-watch'
import type { RiskControl } from './risk-control'

export interface LossStopsDeps {
  readonly book: RiskBook
  readonly instanceIndex: InstanceIndex
  readonly providers: Providers
  readonly store: Store
  readonly activity: ActivityStream
  readonly metrics: Metrics
  readonly now: () => number
}

/** What it looks at and acts by, which come after it. */
interface Parts {
  readonly equityWatch: EquityWatch
  readonly risk: Pick<RiskControl, 'stop' | 'expire'>
}

interface Level {
  readonly target: Target
  readonly stops: readonly LossStop[]
}

/** From where losses count, after a resume. */
interface Mark {
  readonly day: number
  /** Profit since the start, at the resume, and its best since then. */
  readonly base: Decimal
  peak: Decimal
}

const DAY_MS = 86_400_000
const dayOf = (timeMs: number) => Math.floor(timeMs / DAY_MS)

export class LossStops {
  private parts: Parts | undefined
  /** By scope, subject and currency. */
  private readonly marks = new Map<string, Mark>()
  /** As of the last look at all accounts, by scope, subject and currency. */
  private equities: ReadonlyMap<string, Decimal> = new Map()
  private readonly filled = new Set<string>()
  private read: { limits: RiskLimitSet | undefined; levels: readonly Level[] } = { limits: undefined, levels: [] }

  constructor(private readonly deps: LossStopsDeps) {
    for (const { scope, subject, currency, day, base, peak } of deps.store.risk.marks()) {
      this.marks.set(`${scope} ${subject} ${currency}`, { day, base: Decimal.parse(base), peak: Decimal.parse(peak) })
    }
    deps.activity.observe('fill', ({ instance }) => this.filledBy(instance))
    deps.activity.react('risk', (event) => {
      const isResumed = event.what === 'resumed' && event.released !== undefined && event.who !== GATEWAY
      if (isResumed) this.countFromHere(event.target)
    })
  }

  begin(parts: Parts): void {
    this.parts = parts
    parts.equityWatch.whenLooked(() => this.look())
  }

  /** Each that is set, and what is measured against it. */
  view(): LossStopView[] {
    if (!this.parts) return []
    return this.levels().flatMap(({ target, stops }) =>
      stops.flatMap((stop) =>
        this.currenciesOf(target, stop).map((currency) => {
          const { scope, subject } = target
          const { measure, limit, isPercent, action } = stop
          const stood = this.stoodOf(target, currency, ZERO)
          const value = stood ? shownLoss(stop, stood) : '0'
          const whose = subject !== '' && { subject }
          return { scope, ...whose, measure, currency, value, limit: limit.toString(), percent: isPercent, action }
        }),
      ),
    )
  }

  private look(): void {
    this.parts?.risk.expire((target) => this.timeAt(target))
    const levels = this.levels()
    if (levels.length === 0 && this.marks.size === 0) return
    this.equities = this.sums()
    for (const [key, mark] of this.marks) this.raise(key, mark)
    this.forgetRemoved()
    for (const { target, stops } of levels) {
      for (const stop of stops) {
        for (const currency of this.currenciesOf(target, stop)) this.judge(target, stop, currency, ZERO)
      }
    }
  }

  /** When all that the event has filled is booked. */
  private filledBy(instance: string): void {
    if (!this.parts || this.levels().length === 0) return
    if (this.filled.size === 0) queueMicrotask(() => this.lookAtFilled())
    this.filled.add(instance)
  }

  private lookAtFilled(): void {
    const ids = [...this.filled]
    this.filled.clear()
    for (const id of ids) {
      const record = this.deps.instanceIndex.records.get(id)
      if (record) this.lookAtOne(record)
    }
  }

  private lookAtOne(record: InstanceRecord): void {
    for (const { target, stops } of this.levels()) {
      if (!isBound(record, target)) continue
      const unseen = this.unseenOf(record, target)
      for (const stop of stops) {
        for (const [currency, change] of unseen) {
          if ((stop.currency ?? currency) === currency) this.judge(target, stop, currency, change)
        }
      }
    }
  }

  /** @param unseen what has changed since all accounts were looked at. */
  private judge(target: Target, stop: LossStop, currency: string, unseen: Decimal): void {
    const stood = this.stoodOf(target, currency, unseen)
    if (!stood || !isReached(stop, stood)) return
    const untilMs = stop.measure === 'dailyLoss' && stop.action !== 'kill' ? this.nextDay(target) : null
    const reason = stopText(stop, stood, currency)
    if (!this.parts?.risk.stop(target, { mode: stop.action, reason, untilMs })) return
    this.deps.metrics.lossStopped(target.scope, stop.measure)
  }

  private stoodOf(target: Target, currency: string, unseen: Decimal): Stood | undefined {
    const key = this.keyOf(target, currency)
    const equity = this.equities.get(key)
    const timeMs = this.timeAt(target)
    const stood = this.parts?.equityWatch.stood(key, timeMs, unseen)
    if (!stood || equity === undefined) return undefined
    const { pnl } = stood
    const mark = this.marks.get(key)
    const today = mark?.day === dayOf(timeMs) ? pnl.minus(mark.base) : stood.today
    const best = mark?.peak ?? stood.peak
    return { pnl, today, peak: best.compare(pnl) > 0 ? best : pnl, equity: equity.plus(unseen) }
  }

  private countFromHere(target: Target): void {
    const timeMs = this.timeAt(target)
    const lead = this.keyOf(target, '')
    for (const key of this.equities.keys()) {
      if (!key.startsWith(lead)) continue
      const stood = this.parts?.equityWatch.stood(key, timeMs, ZERO)
      if (!stood) continue
      const mark = { day: dayOf(timeMs), base: stood.pnl, peak: stood.pnl }
      this.marks.set(key, mark)
      this.keep(key, mark)
    }
  }

  private forgetRemoved(): void {
    const keys = new Set(this.marks.size > 0 ? this.deps.instanceIndex.all().map(({ key }) => String(key)) : [])
    for (const key of this.marks.keys()) {
      const [scope = '', subject = ''] = key.split(' ')
      if (scope !== 'instance' || keys.has(subject)) continue
      this.marks.delete(key)
      this.deps.store.risk.forgetMarks(scope, subject)
    }
  }

  private raise(key: string, mark: Mark): void {
    const pnl = this.parts?.equityWatch.stood(key, 0, ZERO)?.pnl
    if (pnl === undefined || pnl.compare(mark.peak) <= 0) return
    mark.peak = pnl
    this.keep(key, mark)
  }

  private keep(key: string, { day, base, peak }: Mark): void {
    const [scope = '', subject = '', currency = ''] = key.split(' ')
    const kept = { scope, subject, currency, day, base: base.toString(), peak: peak.toString() } satisfies StoredMark
    this.deps.store.risk.keepMark(kept)
  }

  private levels(): readonly Level[] {
    const { limits } = this.deps.book
    if (limits !== this.read.limits) this.read = { limits, levels: limits === undefined ? [] : levelsOf(limits) }
    return this.read.levels
  }

  /** What the accounts in each scope were worth when they were looked at. */
  private sums(): Map<string, Decimal> {
    const sums = new Map<string, Decimal>()
    const add = (key: string, equity: Decimal) => sums.set(key, (sums.get(key) ?? ZERO).plus(equity))
    for (const { record, provider, currency, equity } of this.parts?.equityWatch.lookedAt() ?? []) {
      add(`all  ${currency}`, equity)
      add(`provider ${provider} ${currency}`, equity)
      add(`instance ${record.key} ${currency}`, equity)
    }
    return sums
  }

  private unseenOf(record: InstanceRecord, { scope, subject }: Target): Map<string, Decimal> {
    const unseen = new Map<string, Decimal>()
    for (const provider of scope === 'provider' ? [subject] : record.providers) {
      for (const [currency, change] of this.parts?.equityWatch.unseen(record, provider) ?? []) {
        unseen.set(currency, (unseen.get(currency) ?? ZERO).plus(change))
      }
    }
    return unseen
  }

  private currenciesOf(target: Target, { currency: only }: LossStop): string[] {
    const lead = this.keyOf(target, '')
    const all = [...this.equities.keys()].filter((key) => key.startsWith(lead)).map((key) => key.slice(lead.length))
    return all.filter((currency) => (only ?? currency) === currency)
  }

  /** As the standings are kept. */
  private keyOf({ scope, subject }: Target, currency: string): string {
    const name = scope === 'instance' ? (this.deps.instanceIndex.records.get(subject)?.key ?? '') : subject
    return `${scope} ${name} ${currency}`
  }

  /** Days of an instance are those of its market, which may be a recording. */
  private timeAt({ scope, subject }: Target): number {
    const provider = scope === 'instance' ? this.deps.instanceIndex.records.get(subject)?.providers[0] : undefined
    return provider === undefined ? this.deps.now() : this.deps.providers.timeAt(provider)
  }

  private nextDay(target: Target): number {
    return (dayOf(this.timeAt(target)) + 1) * DAY_MS
  }
}

function isBound(record: InstanceRecord, { scope, subject }: Target): boolean {
  const isMeant: Record<SwitchScope, boolean> = {
    all: true,
    provider: Object.hasOwn(record.stored.scope, subject),
    instance: record.id === subject,
  }
  return isMeant[scope]
}

function levelsOf({ providers = {}, instances = {}, ...all }: RiskLimitSet): Level[] {
  const level = (target: Target, limits: RiskLimits): Level[] => {
    const stops = lossStopsOf(limits, all.notionalCurrency)
    return stops.length > 0 ? [{ target, stops }] : []
  }
  return [
    ...level({ scope: 'all', subject: '' }, all),
    ...Object.entries(providers).flatMap(([subject, limits]) => level({ scope: 'provider', subject }, limits)),
    ...Object.entries(instances).flatMap(([subject, limits]) => level({ scope: 'instance', subject }, limits)),
  ]
}
