/**
 * What the gateway runs, as far as the page knows: read once, kept true by the event stream, and looked at again from time to
 * time for what no event tells of, as lag and profit.
 */
import type { AlertPage } from '../../../schema/alert-page'
import type { FeedItem } from '../../../schema/feed'
import type { Instance } from '../../../schema/instances'
import type { ProviderView } from '../../../schema/providers'
import type { RiskView } from '../../../schema/risk'
import type { Rollout } from '../../../schema/rollouts'
import type { Portfolio } from '../../../schema/worth'
import { call, part, Refused } from '../api/call'
import { Store } from '../store'
import { Looks } from './looks'
import { Stream } from './stream'

type Worth = Portfolio['groups'][number]
type Total = Portfolio['total'][number]

/** Log lines are read on the page of their instance alone. */
const WATCHED = 'order,fill,state,tag,rollout,risk,audit,provider'
/** What happened last. */
const KEPT = 200
/** Instances of one call: a long answer would hold up the gateway. */
const PAGE = 200
/** More that changed at once are read as a whole. */
const MANY = 20
/** Those that are not over come first. */
const ROLLOUTS = 50
/** The newest that fire. */
const ALERTS = 20
/** What is looked at again as soon as one of these has happened. */
const AT_ONCE = new Set(['risk', 'provider', 'rollout', 'missed'])
const FILLS_SHOWN_MS = 400
/** All that there is costs much: so many times as long as it takes there is none. */
const REST = 50

export class World {
  readonly instances = new Store<ReadonlyMap<string, Instance>>(new Map())
  readonly worth = new Store<ReadonlyMap<string, readonly Worth[]>>(new Map())
  readonly totals = new Store<readonly Total[]>([])
  readonly risk = new Store<RiskView | undefined>(undefined)
  readonly providers = new Store<readonly ProviderView[]>([])
  readonly rollouts = new Store<readonly Rollout[]>([])
  readonly alerts = new Store<Pick<AlertPage, 'alerts' | 'total' | 'receivers'>>({
    alerts: [],
    total: 0,
    receivers: [],
  })
  readonly activity = new Store<readonly FeedItem[]>([])
  /** Counts what the audit has taken in: whoever shows the catalogue or the audit reads it again. */
  readonly changes = new Store(0)
  readonly isLoaded = new Store(false)
  readonly looks = new Looks(() => this.readAll(), REST)
  readonly stream = new Stream(`/events?types=${WATCHED}`, (items) => this.take(items))
  private readonly changed = new Set<string>()

  close(): void {
    this.looks.close()
    this.stream.close()
  }

  /** Looks at everything. */
  look(): Promise<void> {
    return this.looks.now()
  }

  private async readAll(): Promise<void> {
    const instances = new Map<string, Instance>()
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const page = await call<{ instances: Instance[]; total: number }>(
        'GET',
        `/strategy/instances?limit=${PAGE}&offset=${offset}`,
      )
      for (const one of page.instances) instances.set(one.id, one)
      total = page.total
    }
    this.instances.value = instances
    const [portfolio, risk, { providers }, { rollouts }, alerts] = await Promise.all([
      call<Portfolio>('GET', '/portfolio?by=instance'),
      call<RiskView>('GET', '/risk/limits'),
      call<{ providers: ProviderView[] }>('GET', '/providers'),
      call<{ rollouts: Rollout[] }>('GET', `/rollouts?limit=${ROLLOUTS}`),
      call<AlertPage>('GET', `/alerts?status=firing&limit=${ALERTS}`),
    ])
    this.worth.value = Map.groupBy(portfolio.groups, ({ key }) => key)
    this.totals.value = portfolio.total
    this.risk.value = risk
    this.providers.value = providers
    this.rollouts.value = rollouts
    this.alerts.value = alerts
    this.isLoaded.value = true
  }

  private take(items: FeedItem[]): void {
    this.activity.value = [...items.toReversed(), ...this.activity.value].slice(0, KEPT)
    for (const item of items) {
      if (item.type === 'state') this.changed.add(item.instance)
      if (item.type === 'audit' || item.type === 'tag') this.changes.value++
    }
    if (items.some(({ type }) => AT_ONCE.has(type))) this.looks.within(0)
    else if (items.some(({ type }) => type === 'fill')) this.looks.within(FILLS_SHOWN_MS)
    if (this.changed.size > MANY) {
      this.changed.clear()
      this.looks.within(0)
    } else if (this.changed.size > 0) void this.readChanged()
  }

  private async readChanged(): Promise<void> {
    const ids = [...this.changed]
    this.changed.clear()
    const read = await Promise.all(ids.map((id) => instanceOf(id)))
    const instances = new Map(this.instances.value)
    for (const [index, id] of ids.entries()) {
      const one = read[index]
      if (one) instances.set(id, one)
      else instances.delete(id)
    }
    this.instances.value = instances
  }
}

/** Undefined for one that is no more, or that cannot be read now. */
async function instanceOf(id: string): Promise<Instance | undefined> {
  return await call<Instance>('GET', `/strategy/instances/${part(id)}`).catch((error: unknown) => {
    if (error instanceof Refused) return undefined
    throw error
  })
}
