/**
 * Looks at what every account is worth once a second, a few accounts at a time, and follows it: by instance, and by what
 * an operator adds instances up by. An account with a position that has no price yet is left out until it has one.
 */
import type { Store } from '../../store/store'
import type { StoredPoint, StoredStanding } from '../../store/worth'
import type { Account } from '../../trading/accounts/account'
import { Decimal, ZERO } from '../../trading/decimal'
import type { ActivityStream } from '../activity/activity-stream'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import type { Providers } from '../providers/providers'
import { EquityPoints, type Kept, type Point, TIERS } from './equity-points'
import { type Performance, Standing } from './standing'
import type { Traded } from './traded'

export interface EquityWatchDeps {
  readonly activity: ActivityStream
  readonly instanceIndex: Pick<InstanceIndex, 'records' | 'all'>
  readonly providers: Pick<Providers, 'openOrders' | 'timeAt'>
  readonly store: Pick<Store, 'worth'>
  /** Kept and forgotten with what is watched here. */
  readonly traded: Pick<Traded, 'keep' | 'forget'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What is followed; `subject` is the key of an instance or a name, '' for all. */
export interface Scope {
  readonly scope: 'instance' | 'strategy' | 'revision' | 'provider' | 'all'
  readonly subject: string
}

const TURN_MS = 50
const TURNS = 20
/** Standings are kept so often. */
const KEPT_EVERY_MS = 60_000

/** What of a round has been found out of one standing. */
interface Gathered {
  change: Decimal
  capital: Decimal
  timeMs: number
}

/** What a round has found out; it counts when the round is at its end, for all at once. */
interface Round {
  /** By account, as in `accounts`. */
  readonly equities: Map<string, Decimal>
  /** By standing. */
  readonly gathered: Map<string, Gathered>
  readonly points: { readonly instance: number; readonly currency: string; readonly point: Point }[]
}

/** What an account is worth now. */
export interface Valued {
  readonly equity: Decimal
  /** What of it has come since it was looked at last. */
  readonly unseen: Decimal
}

export class EquityWatch implements Disposable {
  /** By the key of the instance, provider and currency: as it was looked at last. */
  private readonly accounts = new Map<string, Decimal>()
  private readonly standings = new Map<string, Standing>()
  /** By the key of the instance and currency. */
  private readonly curves = new Map<string, EquityPoints>()
  private readonly touched = new Set<string>()
  private round: Generator<undefined, void> | undefined
  private readonly timer: ReturnType<typeof setInterval>
  private turn = 0
  private keptMs = 0
  private readonly listeners: (() => void)[] = []

  constructor(private readonly deps: EquityWatchDeps) {
    for (const { scope, subject, currency, state } of deps.store.worth.standings()) {
      const value = JSON.parse(state)
      if (scope === 'account') this.accounts.set(`${subject} ${currency}`, Decimal.parse(value))
      else this.standings.set(`${scope} ${subject} ${currency}`, Standing.restored(value))
    }
    this.keptMs = deps.now()
    // what one that is gone has earned since the last time nobody can tell any more
    deps.activity.observe('state', ({ state }) => {
      if (state === 'removed') this.keep(false)
    })
    this.timer = setInterval(() => this.look(), TURN_MS)
    this.timer.unref()
  }

  /** @param unseen what of it has come since it was looked at last. */
  performance(
    { scope, subject }: Scope,
    currency: string,
    unseen: Decimal,
  ): Performance & { readonly startMs: number } {
    const nowMs = this.deps.now()
    const standing = this.standings.get(`${scope} ${subject} ${currency}`) ?? new Standing(nowMs)
    return { startMs: standing.startMs, ...standing.performance(nowMs, unseen) }
  }

  /** How everything of a kind does, as it was looked at last. */
  *standingsOf(kind: Scope['scope']): Iterable<{ subject: string; currency: string } & Performance> {
    const nowMs = this.deps.now()
    for (const [key, standing] of this.standings) {
      if (!key.startsWith(`${kind} `)) continue
      const end = key.lastIndexOf(' ')
      const subject = key.slice(kind.length + 1, end)
      yield { subject, currency: key.slice(end + 1), ...standing.performance(nowMs) }
    }
  }

  /** At the last prices; while one is missing, as it was looked at last. */
  valued({ key }: InstanceRecord, provider: string, account: Account, currency: string): Valued {
    const before = this.accounts.get(`${key} ${provider} ${currency}`)
    if (before && !isPriced(account)) return { equity: before, unseen: ZERO }
    const equity = Decimal.parse(account.equity(currency))
    return { equity, unseen: equity.minus(before ?? account.opening(currency) ?? equity) }
  }

  /** Calls each time when all accounts were looked at. */
  whenLooked(listener: () => void): void {
    this.listeners.push(listener)
  }

  /** How something stands; undefined before it was looked at. @param key scope, subject and currency. */
  stood(key: string, nowMs: number, unseen: Decimal): ReturnType<Standing['stood']> | undefined {
    return this.standings.get(key)?.stood(nowMs, unseen)
  }

  /** What each account was worth when it was looked at last. */
  *lookedAt(): Iterable<{ record: InstanceRecord; provider: string; currency: string; equity: Decimal }> {
    const records = new Map(this.deps.instanceIndex.all().map((record) => [String(record.key), record]))
    for (const [account, equity] of this.accounts) {
      const [key = '', provider = '', currency = ''] = account.split(' ')
      const record = records.get(key)
      if (record && Object.hasOwn(record.stored.scope, provider)) yield { record, provider, currency, equity }
    }
  }

  /** What an account has gained since it was looked at last, by currency. */
  unseen(record: InstanceRecord, provider: string): [currency: string, change: Decimal][] {
    const account = this.deps.providers.openOrders(provider)?.accountOf(record)
    if (!account) return []
    const currencies = currenciesOf(account, record.stored.scope[provider]?.symbols ?? [])
    return currencies.map((currency) => [currency, this.valued(record, provider, account, currency).unseen])
  }

  /** Points of the equity of an instance from the store and from memory, oldest first. */
  points({ key }: InstanceRecord, currency: string, fromMs: number, toMs: number): Point[] {
    const { worth } = this.deps.store
    const stored = TIERS.map(({ everyMs }, tier) =>
      worth.points({ instance: key, currency, tier }, Math.floor(fromMs / everyMs), Math.floor(toMs / everyMs)),
    )
    const curve = this.curves.get(`${key} ${currency}`) ?? new EquityPoints()
    return curve.merged(stored).filter(([timeMs]) => timeMs >= fromMs && timeMs <= toMs)
  }

  /** Looks at all accounts at once. */
  lookAtAll(): void {
    const round = this.begin()
    while (!round.next().done);
    this.round = undefined
  }

  /** Looks at one alone. What a round has found out so far is found out by the next. */
  lookAtOne(record: InstanceRecord): void {
    this.round = undefined
    const found = nothingFound()
    this.lookAt(record, found)
    this.book(found)
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer)
    this.lookAtAll()
    this.keep(true)
  }

  private look(): void {
    this.turn = (this.turn + 1) % TURNS
    if (this.turn === 0) this.round ??= this.begin()
    if (this.round?.next().done) this.round = undefined
  }

  /** Between two steps others have the thread. */
  private *begin(): Generator<undefined, void> {
    const records = this.deps.instanceIndex.all()
    const found = nothingFound()
    const step = Math.ceil(records.length / (TURNS - 1))
    for (let from = 0; from < records.length; from += step) {
      for (const record of records.slice(from, from + step)) this.lookAt(record, found)
      yield
    }
    this.book(found)
    this.forgetRemoved()
    this.deps.traded.keep()
    for (const listener of this.listeners) listener()
    if (this.deps.now() - this.keptMs >= KEPT_EVERY_MS) this.keep(false)
  }

  private book({ points, equities, gathered }: Round): void {
    for (const { instance, currency, point } of points) this.point(instance, currency, point)
    for (const [key, equity] of equities) {
      this.accounts.set(key, equity)
      this.touched.add(key)
    }
    for (const [key, { change, capital, timeMs }] of gathered) {
      const standing = this.standings.get(key) ?? new Standing(timeMs)
      this.standings.set(key, standing)
      standing.add(change, capital, timeMs)
    }
  }

  private lookAt(record: InstanceRecord, { equities, gathered, points }: Round): void {
    const { providers } = this.deps
    const { strategy, hash } = record.stored
    const total = new Map<string, Decimal>()
    let timeMs = 0
    for (const provider of record.providers) {
      timeMs ||= providers.timeAt(provider)
      const account = providers.openOrders(provider)?.accountOf(record)
      if (!account || !isPriced(account)) return
      for (const currency of currenciesOf(account, record.stored.scope[provider]?.symbols ?? [])) {
        const { equity, unseen: change } = this.valued(record, provider, account, currency)
        equities.set(`${record.key} ${provider} ${currency}`, equity)
        const nowMs = this.deps.now()
        add(gathered, `instance ${record.key} ${currency}`, change, equity, timeMs)
        add(gathered, `strategy ${strategy} ${currency}`, change, equity, nowMs)
        add(gathered, `revision ${strategy}@${hash} ${currency}`, change, equity, nowMs)
        add(gathered, `provider ${provider} ${currency}`, change, equity, nowMs)
        add(gathered, `all  ${currency}`, change, equity, nowMs)
        total.set(currency, (total.get(currency) ?? ZERO).plus(equity))
      }
    }
    for (const [currency, equity] of total) {
      points.push({ instance: record.key, currency, point: [timeMs, equity.toString()] })
    }
  }

  private point(instance: number, currency: string, [timeMs, equity]: Point): void {
    const { worth } = this.deps.store
    const key = `${instance} ${currency}`
    const curve = this.curves.get(key) ?? new EquityPoints()
    this.curves.set(key, curve)
    const kept = curve.add(timeMs, equity)
    if (kept.length === 0) return
    worth.keep(
      [],
      kept.map((point) => rowOf(instance, currency, point)),
    )
    // once a quarter of an hour, not at each minute
    if (kept.filter(({ tier }) => tier === 1).length === 2) {
      for (const [tier, { everyMs, kept: spans }] of TIERS.entries()) {
        worth.trim({ instance, currency, tier }, Math.floor(timeMs / everyMs) - spans)
      }
    }
  }

  /** @param isLast also points of spans that have not ended. */
  private keep(isLast: boolean): void {
    this.keptMs = this.deps.now()
    const accounts = [...this.touched].map((key) =>
      storedOf(`account ${key}`, this.accounts.get(key)?.toString() ?? '0'),
    )
    const standings = [...this.standings].flatMap(([key, standing]) => {
      if (!standing.isChanged) return []
      standing.isChanged = false
      return [storedOf(key, standing.state)]
    })
    this.touched.clear()
    const points = isLast ? [...this.curves].flatMap(([key, curve]) => restOf(key, curve)) : []
    this.deps.store.worth.keep([...accounts, ...standings], points)
  }

  private forgetRemoved(): void {
    const keys = new Set(this.deps.instanceIndex.all().map(({ key }) => String(key)))
    for (const key of this.curves.keys()) {
      const instance = key.split(' ', 1)[0]!
      if (keys.has(instance)) continue
      this.curves.delete(key)
      for (const account of this.accounts.keys()) if (account.startsWith(`${instance} `)) this.accounts.delete(account)
      for (const name of this.standings.keys()) {
        if (name.startsWith(`instance ${instance} `)) this.standings.delete(name)
      }
      this.deps.traded.forget(Number(instance))
      this.deps.store.worth.forget(Number(instance))
    }
  }
}

const nothingFound = (): Round => ({ equities: new Map(), gathered: new Map(), points: [] })

/** Every position that is open has a price. */
export function isPriced(account: Account): boolean {
  return account
    .positions()
    .every(({ symbol, quantity }) => quantity === '0' || account.lastPrice(symbol) !== undefined)
}

/** In which its positions are settled. */
export function currenciesOf(account: Account, symbols: readonly string[]): string[] {
  const all = [...symbols, ...account.positions().map(({ symbol }) => symbol)]
  return [...new Set(all.map((symbol) => account.contract(symbol).settlementCurrency))]
}

function add(gathered: Map<string, Gathered>, key: string, change: Decimal, capital: Decimal, timeMs: number): void {
  const so = gathered.get(key)
  if (!so) gathered.set(key, { change, capital, timeMs })
  else {
    so.change = so.change.plus(change)
    so.capital = so.capital.plus(capital)
    so.timeMs = Math.max(so.timeMs, timeMs)
  }
}

const rowOf = (instance: number, currency: string, { tier, span, point: [timeMs, equity] }: Kept): StoredPoint => ({
  instance,
  currency,
  tier,
  span,
  timeMs: Math.floor(timeMs),
  equity,
})

function restOf(key: string, curve: EquityPoints): StoredPoint[] {
  const [instance = '', currency = ''] = key.split(' ')
  return curve.rest().map((kept) => rowOf(Number(instance), currency, kept))
}

/** @param key scope, subject and currency, with spaces between them. */
function storedOf(key: string, state: unknown): StoredStanding {
  const [scope = '', ...rest] = key.split(' ')
  const currency = rest.pop() ?? ''
  return { scope, subject: rest.join(' '), currency, state: JSON.stringify(state) }
}
