/** What a gateway runs, what it is worth and what may not trade, gathered by three calls however many instances there are. */
import { type Instance, InstancePage, type InstanceState } from '../../../schema/instances'
import { RiskView, type SwitchMode } from '../../../schema/risk'
import { switchInForce } from '../../../schema/switch-in-force'
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
  /** What keeps it from trading freely while it runs; null: nothing. */
  readonly killSwitch: SwitchMode | null
  /** When it came into that state, RFC 3339. */
  readonly since: string
  /** What it got in the last seconds; 0 of one that does not run. */
  readonly eventsPerSecond: number
  readonly lagMs: number
  /** Those that are open. */
  readonly positions: readonly HeldPosition[]
  /** Decimal, in the currency of its first symbol; null before it has an account. */
  readonly equity: string | null
  readonly pnlToday: string | null
  /** In each of its currencies, that of its first symbol first. */
  readonly worth: readonly Pick<Portfolio['groups'][number], 'currency' | 'equity' | 'pnlToday'>[]
}

/** What a list for people says besides. */
export interface Fleet {
  readonly members: readonly FleetMember[]
  /** What all of them are worth, by currency. */
  readonly totals: Portfolio['total']
}

/** By their ids, numbers in them by size. @throws Failure of the gateway. */
export async function fleetOf(api: ApiClient): Promise<Fleet> {
  const [{ instances }, { groups, total }, { killSwitches }] = await Promise.all([
    api.call(InstancePage, 'GET', '/strategy/instances'),
    api.call(Portfolio, 'GET', '/portfolio?by=instance'),
    api.call(RiskView, 'GET', '/risk/limits'),
  ])
  const worth = Map.groupBy(groups, ({ key }) => key)
  const members = instances.map((instance) =>
    memberOf(instance, worth.get(instance.id) ?? [], switchInForce(killSwitches, instance)),
  )
  return {
    members: members.sort((a, b) => byName(a.id, b.id)),
    totals: total,
  }
}

const { compare: byName } = new Intl.Collator('en', { numeric: true })

/** @param worth the first is in the currency of its first symbol. */
function memberOf(instance: Instance, worth: Portfolio['groups'], killSwitch: SwitchMode | undefined): FleetMember {
  const { id, strategy, state, stats, updatedAt } = instance
  const [main] = worth
  return {
    id,
    strategy: strategy.identifier,
    selector: strategy.selector,
    tag: strategy.tag,
    hash: strategy.hash,
    state,
    killSwitch: killSwitch ?? null,
    since: updatedAt,
    eventsPerSecond: stats.eventsPerSecond,
    lagMs: stats.lagMs,
    positions: worth.flatMap(({ positions }) => positions.map(({ symbol, quantity }) => ({ symbol, quantity }))),
    equity: main?.equity ?? null,
    pnlToday: main?.pnlToday ?? null,
    worth: worth.map(({ currency, equity, pnlToday }) => ({ currency, equity, pnlToday })),
  }
}
