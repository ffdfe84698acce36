/** Puts alerts and the dead-man's ping over the rooms of a gateway. */
import { Alerts } from '../alerts/alerts'
import { Deadman } from '../alerts/deadman'
import { DiskWatch, type Measures } from '../alerts/measures'
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import type { HostPool } from '../hosts/pool'
import type { Runtime } from '../runtime/runtime'
import type { AlertsStanding } from '../schema/alert-page'
import type { AlertSettings } from '../schema/alert-settings'
import type { ReadinessProblem } from '../schema/health'
import type { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import type { Metrics } from '../telemetry/metrics'

export interface AlertingDeps {
  readonly settings: AlertSettings
  readonly environment: string
  /** The data folder. */
  readonly directory: string
  readonly runtime: Runtime
  readonly hosts: HostPool
  readonly store: Store
  readonly metrics: Metrics
  readonly log: Log
  readonly now: () => number
  readonly elapsed: () => number
}

export interface Alerting extends AsyncDisposable {
  /** Who cannot be told. */
  problems(): ReadinessProblem[]
  standing(): AlertsStanding
}

/** Between two looks at the disk. */
const DISK_MS = 10_000

export function openAlerting(deps: AlertingDeps): Alerting {
  const { settings, runtime, metrics, log, now } = deps
  const alerts = new Alerts({
    ...deps,
    measures: measuresOf(deps),
    feed: runtime.feed,
    inTurns: (reading) => runtime.records.inTurns(reading),
  })
  const { deadman } = settings
  const ping =
    deadman &&
    new Deadman({ settings: deadman, metrics, log, now, problems: () => sicknesses(deps, alerts.problems()) })
  return {
    problems: () => [...alerts.problems(), ...pingProblems(ping)],
    standing: () => ({ ...alerts.standing(), ...(ping && { deadman: ping.standing }) }),
    async [Symbol.asyncDispose]() {
      await ping?.[Symbol.asyncDispose]()
      await alerts[Symbol.asyncDispose]()
    },
  }
}

function pingProblems(ping: Deadman | undefined): ReadinessProblem[] {
  if (ping?.problem === undefined) return []
  const hint = 'check alerts.deadman in the configuration: whoever waits for the ping raises the alarm meanwhile'
  return [{ message: `the dead-man's ping does not arrive: ${ping.problem}`, hint }]
}

/** Why somebody should come and look: what alerts cannot tell of, or what stops trading as a whole. */
function sicknesses(
  { store, hosts, runtime: { markets } }: AlertingDeps,
  undelivered: readonly ReadinessProblem[],
): string[] {
  return [
    ...unwritable(store),
    ...hosts.hosts().flatMap(({ place }) => (place === undefined ? ['a sandbox host does not answer'] : [])),
    ...markets.silent().map(({ provider, reason }) => `provider ${provider}: ${reason}`),
    ...undelivered.map(({ message }) => message),
  ]
}

/** It is tried: a disk may have failed since something was written last. */
function unwritable(store: Store): string[] {
  try {
    store.check()
    return []
  } catch (error) {
    return [error instanceof Failure ? error.message : reasonOf(error)]
  }
}

function measuresOf({ runtime, hosts, store, directory, elapsed }: AlertingDeps): Measures {
  const { instanceIndex, markets, worth } = runtime
  const disk = new DiskWatch(directory, DISK_MS)
  return {
    instance(id) {
      const record = instanceIndex.records.get(id)
      return record && { id, strategy: record.stored.strategy, providers: record.providers }
    },
    failed: () =>
      instanceIndex.all().flatMap(({ id, isDown, stored: { reason = 'see its logs' } }) => {
        return isDown ? [{ instance: id, reason }] : []
      }),
    lags: () =>
      instanceIndex.all().flatMap(({ id, state }) => {
        return state === 'running' ? [{ instance: id, lagMs: hosts.stats(id).lagMs }] : []
      }),
    standings: (of) => worth.standings(of),
    silent: () => markets.silent(),
    unknownOrders: () => markets.unknownOrders(),
    diskFreePct() {
      disk.look(elapsed())
      return disk.freePct
    },
    journalProblem: () => store.problem,
  }
}
