/** How the gateway as a whole stands, as Prometheus reads it: looked at for each text, not at each change. */
import { Counter, Gauge, type Registry } from 'prom-client'

/** Everything as it is now; totals are of this process. */
export interface GatewayStanding {
  /** How many instances are in a state. */
  readonly instances: ReadonlyMap<string, number>
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

export class GatewayMetrics {
  private readonly instances
  private readonly providers
  private readonly unknownOrders
  private readonly journal
  private readonly hostsUp
  private readonly hostRestarts
  private readonly streams
  private readonly entries
  private readonly missed

  constructor(registers: Registry[]) {
    this.instances = new Gauge({
      name: 'meltica_instances',
      help: 'Instances by their state',
      labelNames: ['state'] as const,
      registers,
    })
    this.providers = new Gauge({
      name: 'meltica_provider_up',
      help: 'Of a provider that is to run: 1 while it gives events, 0 while it has failed or gives none',
      labelNames: ['provider'] as const,
      registers,
    })
    this.unknownOrders = new Gauge({
      name: 'meltica_orders_unknown',
      help: 'Orders of which the answer of the venue was lost: nobody knows where they stand',
      labelNames: ['provider'] as const,
      registers,
    })
    this.journal = new Gauge({
      name: 'meltica_journal_writable',
      help: '0 while the disk fails and what happens is in memory alone',
      registers,
    })
    this.hostsUp = new Gauge({ name: 'meltica_sandbox_hosts_up', help: 'Sandbox hosts that are at work', registers })
    this.hostRestarts = new Counter({
      name: 'meltica_sandbox_host_restarts_total',
      help: 'Sandbox hosts that died and were started again',
      registers,
    })
    this.streams = new Gauge({ name: 'meltica_event_streams', help: 'Event streams that are open', registers })
    this.entries = new Counter({
      name: 'meltica_feed_entries_total',
      help: 'Entries of the feed of what happens, over restarts',
      registers,
    })
    this.missed = new Counter({
      name: 'meltica_feed_missed_total',
      help: 'How often a follower of the feed was told that something is no longer kept',
      registers,
    })
  }

  set({
    instances,
    providers,
    unknownOrders,
    isJournalWritable,
    hosts,
    streams,
    entries,
    missed,
  }: GatewayStanding): void {
    this.instances.reset()
    for (const [state, count] of instances) this.instances.labels(state).set(count)
    this.providers.reset()
    for (const { provider, isUp } of providers) this.providers.labels(provider).set(isUp ? 1 : 0)
    this.unknownOrders.reset()
    for (const [provider, count] of unknownOrders) this.unknownOrders.labels(provider).set(count)
    this.journal.set(isJournalWritable ? 1 : 0)
    this.hostsUp.set(hosts.filter(({ isUp }) => isUp).length)
    this.streams.set(streams)
    renew(
      this.hostRestarts,
      hosts.reduce((sum, { restarts }) => sum + restarts, 0),
    )
    renew(this.entries, entries)
    renew(this.missed, missed)
  }
}

function renew(counter: Counter, total: number): void {
  counter.reset()
  counter.inc(total)
}
