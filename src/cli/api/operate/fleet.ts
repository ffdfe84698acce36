/** What a gateway runs and what it is worth, gathered by two calls however many instances there are. */
import { type Instance, InstancePage, type InstanceState } from '../../../schema/instances'
import { Portfolio } from '../../../schema/worth'
import type { ApiClient } from '../client'

export interface HeldPosition {
  readonly symbol: string
  /** Decimal; negative when short. */
  readonly quantity: string
}

/** An instance, with these keys in this order as `ps --format json` prints it. */
export interface FleetMember {
  readonly id: string
  readonly strategy: string
  readonly selector: string
  readonly tag: string
  readonly hash: string
  readonly state: InstanceState
  /** When it came into that state, RFC 3339. */
  readonly since: string
  /** On average since it was started; 0 of one that does not run. */
  readonly eventsPerSecond: number
  readonly lagMs: number
  /** Those that are open. */
  readonly positions: readonly HeldPosition[]
  /** Decimal, in the currency of its first symbol; null before it has an account. */
  readonly equity: string | null
  readonly pnlToday: string | null
}

/** What a list for people says besides. */
export interface Fleet {
  readonly members: readonly FleetMember[]
  /** By id: of equity and profit. */
  readonly currencies: ReadonlyMap<string, string>
  /** By id: events since the start of each. */
  readonly events: ReadonlyMap<string, number>
  /** What all of them are worth, by currency. */
  readonly totals: Portfolio['total']
}

/** By their ids, numbers in them by size. @param now ms since 1970. @throws Failure of the gateway. */
export async function fleetOf(api: ApiClient, now: () => number = Date.now): Promise<Fleet> {
  const [{ instances }, { groups, total }] = await Promise.all([
    api.call(InstancePage, 'GET', '/strategy/instances'),
    api.call(Portfolio, 'GET', '/portfolio?by=instance'),
  ])
  const nowMs = now()
  const worth = Map.groupBy(groups, ({ key }) => key)
  const members = instances.map((instance) => memberOf(instance, worth.get(instance.id) ?? [], nowMs))
  return {
    members: members.sort((a, b) => byName(a.id, b.id)),
    currencies: new Map(groups.toReversed().map(({ key, currency }) => [key, currency])),
    events: new Map(instances.map(({ id, stats }) => [id, stats.events])),
    totals: total,
  }
}

const { compare: byName } = new Intl.Collator('en', { numeric: true })

/** @param worth the first is in the currency of its first symbol. */
function memberOf(instance: Instance, worth: Portfolio['groups'], nowMs: number): FleetMember {
  const { id, strategy, running, state, stats, updatedAt } = instance
  const [main] = worth
  return {
    id,
    strategy: strategy.identifier,
    selector: strategy.selector,
    tag: strategy.tag,
    hash: strategy.hash,
    state,
    since: updatedAt,
    eventsPerSecond: running ? perSecond(stats.events, nowMs - Date.parse(updatedAt)) : 0,
    lagMs: stats.lagMs,
    positions: worth.flatMap(({ positions }) => positions.map(({ symbol, quantity }) => ({ symbol, quantity }))),
    equity: main?.equity ?? null,
    pnlToday: main?.pnlToday ?? null,
  }
}

/** To a tenth. The clocks of two machines may differ: within its first second it has no less than the second. */
export const perSecond = (events: number, ms: number): number => Math.round((events / Math.max(ms, 1000)) * 10_000) / 10
