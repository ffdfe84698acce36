/** Brings what metrics are made of, for each text that is asked for. */
import type { HostPool } from '../hosts/pool'
import type { Store } from '../store/store'
import type { MeasuredInstance } from '../telemetry/instance-metrics'
import type { Metrics } from '../telemetry/metrics'
import { MAX_SERIES } from '../telemetry/series'
import type { Feed } from './feed/feed'
import type { InstanceIndex } from './instances/instance-index'
import type { Providers } from './providers/providers'
import type { Worth } from './worth/worth'

export interface MeasuringDeps {
  readonly metrics: Metrics
  readonly instanceIndex: InstanceIndex
  readonly providers: Providers
  readonly hosts: HostPool
  readonly store: Store
  readonly feed: Feed
  readonly worth: Worth
}

const counted = <T>(values: readonly T[]): Map<T, number> =>
  new Map([...Map.groupBy(values, (value) => value)].map(([value, same]) => [value, same.length]))

export function bringMetrics({ metrics, instanceIndex, providers, hosts, store, feed, worth }: MeasuringDeps): void {
  metrics.beforeText(() => {
    const measured = instanceIndex.measured()
    const figures = worth.figures(measured.slice(0, MAX_SERIES).map(({ id }) => id))
    metrics.keepingUp.set(measured.map((one): MeasuredInstance => ({ ...one, worth: figures.get(one.id) ?? [] })))
    const silent = new Set(providers.silent().map(({ provider }) => provider))
    metrics.gateway.set({
      instances: counted(instanceIndex.all().map(({ state }) => state)),
      notDurable: instanceIndex.all().filter(({ state, unkept }) => state === 'running' && unkept !== undefined).length,
      providers: providers.running().next.map((provider) => ({ provider, isUp: !silent.has(provider) })),
      unknownOrders: counted(providers.unknownOrders().map(({ provider }) => provider)),
      isJournalWritable: store.problem === undefined,
      hosts: hosts.hosts().map(({ place, restarts }) => ({ isUp: place !== undefined, restarts })),
      streams: feed.streams,
      entries: feed.newest,
      missed: feed.missed,
    })
  })
}
