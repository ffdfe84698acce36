/** How the gateway as a whole stands, as Prometheus reads it: looked at for each text, not at each change. */
import { Counter, Gauge, type Registry } from 'prom-client'

/** Everything as it is now; totals are of this process. */
export interface GatewayStanding {
  /** How many instances are in a state. */
  readonly instances: ReadonlyMap<string, number>
  /** Instances that would notice a crash, for what their host is told cannot be kept. */
  readonly notDurable: number
  /** Providers that are to run, and whether they give events. */
  readonly providers: readonly { readonly provider: string; readonly isUp: boolean }[]
  /** By provider: orders of which its answer was lost. */
  readonly unknownOrders: ReadonlyMap<string, number>
  readonly isJournalWritable: boolean
  readonly hosts: readonly { readonly isUp: boolean; readonly restarts: number }[]
  readonly streams: number
  /** Entries that were told, and those that somebody was told had been missed. */
  readonly entries: number
  readonly missed: number
}

interface Row {
  readonly kind: typeof Gauge | typeof Counter
  readonly name: string
  readonly help: string
  /** Its only one; absent: there is one value. */
  readonly label?: string
  /** One value, or those of each label. */
  readonly of: (standing: GatewayStanding) => number | Iterable<readonly [label: string, value: number]>
}

const ROWS: readonly Row[] = [
  {
    kind: Gauge,
    name: 'meltica_instances',
    help: 'Instances by their state',
    label: 'state',
    of: ({ instances }) => instances,
  },
  {
    kind: Gauge,
    name: 'meltica_instances_not_durable',
    help: 'Instances that would notice a crash: what their sandbox host is told cannot be kept',
    of: ({ notDurable }) => notDurable,
  },
  {
    kind: Gauge,
    name: 'meltica_provider_up',
    help: 'Of a provider that is to run: 1 while it gives events, 0 while it has failed or gives none',
    label: 'provider',
    of: ({ providers }) => providers.map(({ provider, isUp }) => [provider, Number(isUp)] as const),
  },
  {
    kind: Gauge,
    name: 'meltica_orders_unknown',
    help: 'Orders of which the answer of the venue was lost: nobody knows where they stand',
    label: 'provider',
    of: ({ unknownOrders }) => unknownOrders,
  },
  {
    kind: Gauge,
    name: 'meltica_journal_writable',
    help: '0 while the disk fails and what happens is in memory alone',
    of: ({ isJournalWritable }) => Number(isJournalWritable),
  },
  {
    kind: Gauge,
    name: 'meltica_sandbox_hosts_up',
    help: 'Sandbox hosts that are at work',
    of: ({ hosts }) => hosts.filter(({ isUp }) => isUp).length,
  },
  {
    kind: Counter,
    name: 'meltica_sandbox_host_restarts_total',
    help: 'Sandbox hosts that died and were started again',
    of: ({ hosts }) => hosts.reduce((sum, { restarts }) => sum + restarts, 0),
  },
  {
    kind: Gauge,
    name: 'meltica_event_streams',
    help: 'Event streams that are open',
    of: ({ streams }) => streams,
  },
  {
    kind: Counter,
    name: 'meltica_feed_entries_total',
    help: 'Entries of the feed of what happens, over restarts',
    of: ({ entries }) => entries,
  },
  {
    kind: Counter,
    name: 'meltica_feed_missed_total',
    help: 'How often a follower of the feed was told that something is no longer kept',
    of: ({ missed }) => missed,
  },
]

export class GatewayMetrics {
  private readonly metrics

  constructor(registers: Registry[]) {
    this.metrics = ROWS.map(({ kind, name, help, label, of }) => {
      return { metric: new kind({ name, help, registers, labelNames: label === undefined ? [] : [label] }), of }
    })
  }

  set(standing: GatewayStanding): void {
    for (const { metric, of } of this.metrics) {
      metric.reset()
      const found = of(standing)
      if (typeof found === 'number') metric.inc(found)
      else for (const [label, value] of found) metric.labels(label).inc(value)
    }
  }
}
