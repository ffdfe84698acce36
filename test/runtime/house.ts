/** A gateway without its HTTP: a real registry, real sandbox hosts, a real store, over folders of their own. */
import { join } from 'node:path'
import { BUILD } from '../../src/cli/build'
import { sandboxHostCommandLine } from '../../src/cli/sandbox-host'
import { Failure } from '../../src/errors/failure'
import { processLinks } from '../../src/hosts/links/process-link'
import { HostPool } from '../../src/hosts/pool'
import { replayOf } from '../../src/market/replay'
import { sim } from '../../src/market/sim'
import { Registry } from '../../src/registry/registry'
import { openRuntime, type Runtime, type RuntimeDeps } from '../../src/runtime/runtime'
import { finish } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { Metrics } from '../../src/telemetry/metrics'
import { Tape } from './tape'

export { until } from '../until'

export const BTC = 'BTC-USDT'
export const everything = { offset: 0, limit: 1000 }

export interface House extends AsyncDisposable {
  readonly directory: string
  readonly tape: Tape
  readonly registry: Registry
  readonly hosts: HostPool
  readonly metrics: Metrics
  readonly runtime: Runtime
  /** Stores a strategy; answers its hash. */
  upload(source: string, options?: { tag?: string; aliases?: string[]; reassignTags?: string[] }): Promise<string>
  /** Texts of the instance's log, oldest first. */
  lines(id: string): string[]
}

const HOST = sandboxHostCommandLine(process.execPath, join(import.meta.dir, '../../src/main.ts'))

export function startHosts(): Promise<HostPool> {
  return HostPool.start({
    connect: processLinks({ command: HOST, build: BUILD }),
    count: 1,
    now: Date.now,
    elapsed,
    maxAgeMs: 600_000,
    log: silent,
  })
}

/** When a provider is no longer fresh or an instance too far behind, clocks of the test's own to go by, and who hears the log. */
export interface HouseSettings
  extends Pick<
    Partial<RuntimeDeps>,
    'staleAfterMs' | 'maxLagMs' | 'elapsed' | 'now' | 'log' | 'stopping' | 'restarts'
  > {
  /** An instance may be as far behind as a gateway allows by itself, and not as far as a slow machine may bring it. */
  readonly isStrict?: boolean
  /** One that knows something before the house is open. */
  readonly tape?: Tape
}

export async function openHouseOn(hosts: HostPool, directory: string, settings: HouseSettings = {}): Promise<House> {
  await using stack = new AsyncDisposableStack()
  const { now = Date.now, log = silent, isStrict = false, tape = new Tape(), ...limits } = settings
  const metrics = new Metrics({ environment: 'test' })
  const registry = stack.use(
    await Registry.open({ directory: join(directory, 'strategies'), compiler: hosts.compiler, now }),
  )
  const store = stack.use(Store.open({ directory: join(directory, 'data'), log }))
  // a slow machine is no reason to stop trading, but where that is what is tested
  const patient = { elapsed, ...(!isStrict && { maxLagMs: 600_000 }), ...limits }
  const adapters = [tape, sim, replayOf(directory)]
  const rooms = { backtests: backtestsIn(directory), build: 'test' }
  const deps = { ...patient, registry, hosts, store, adapters, metrics, log, now, ...rooms }
  const runtime = stack.use(await openRuntime(deps))
  const owned = stack.move()
  return {
    directory,
    tape,
    registry,
    hosts,
    metrics,
    runtime,
    upload: async (source, options) => (await registry.upload({ source, ...options }, 'test')).revision.hash,
    lines: (id) =>
      finish(runtime.records.logs(id, everything))
        .items.map(({ message }) => message)
        .reverse(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** None is asked for here. */
export const backtestsIn = (directory: string) => ({
  command: [],
  directory: join(directory, 'backtests'),
  replayDirectory: directory,
  concurrent: 1,
  queue: 0,
  keep: 1,
  keepBytes: 0,
  memoryBytes: 0,
  timeoutMs: 0,
})

const elapsed = () => performance.now()
const silent = () => undefined

/** How a call was refused: its status, code and message. `done` when it was not. */
export async function refusal(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof Failure) return `${error.status} ${error.code}: ${error.message}`
    throw error
  }
  return 'done'
}
