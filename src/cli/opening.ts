/**
 * From the command line to an open gateway. The sandbox hosts are started before anything else: they take as long
 * to come up as the gateway takes to load, and the one does not wait for the other.
 */
import type { Flags, Settings } from '../config/settings'
import { processLinks } from '../hosts/links/process-link'
import { HostPool } from '../hosts/pool'
import { wantsTraces } from '../telemetry/traces'
import { BUILD, BUILD_INFO } from './build'
import type { Gateway, Surroundings } from './gateway'
import { inputsFolder, UnusedFolders } from './inputs-folder'
import { oomKills } from './oom-kills'

export interface ProcessParts extends Pick<Surroundings, 'now' | 'elapsed' | 'backtestCommand'> {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Somebody reads the log on a terminal. */
  readonly pretty: boolean
  /** How many sandbox host processes there are in the beginning, and at most when nothing is said of it. */
  readonly hostCount: { readonly first: number; readonly most: number }
  /** The command line that starts one. */
  readonly hostCommand: readonly string[]
  /** Ends this process as a loss of power would. */
  readonly endAtOnce: () => never
  /** Aborted when the gateway is to come up no more. */
  readonly stopping: AbortSignal
  /** Called once the settings are known, before the gateway comes up. */
  readonly configured: (settings: Settings) => void
}

export interface OpenedGateway extends AsyncDisposable {
  readonly gateway: Gateway
  readonly settings: Settings
}

/** @throws Failure of the settings and of `openGateway`, and what `stopping` was aborted for; nothing is left open then. */
export async function openFromFlags(flags: Flags, services: ProcessParts): Promise<OpenedGateway> {
  const { environment, pretty, now, elapsed, hostCount, hostCommand, endAtOnce, stopping, configured } = services
  const { backtestCommand } = services
  await using opened = new AsyncDisposableStack()
  // behind the hosts, when they are gone
  const unused = opened.use(new UnusedFolders())
  const logging = import('../telemetry/log').then(({ createLog }) =>
    createLog({ level: 'info', pretty, destination: 2 }),
  )
  const hosts = opened.use(
    HostPool.open({
      connect: processLinks({ command: hostCommand, build: BUILD, oomKills }),
      count: hostCount.first,
      now,
      elapsed,
      log: (...line) => void logging.then((log) => log(...line)),
    }),
  )
  const [{ loadSettings }, { openGateway }, { failPointAt }, log] = await Promise.all([
    import('../config/settings'),
    import('./gateway'),
    import('../registry/fail-point'),
    logging,
  ])
  const settings = loadSettings(flags, environment)
  const inputs = inputsFolder(settings.data)
  unused.watch(inputs)
  // before they are asked to compile anything
  hosts.confineTo(inputs)
  configured(settings)
  for (const warning of settings.warnings) log('warn', warning)
  const traces = wantsTraces(environment)
    ? opened.use((await import('../telemetry/open-telemetry')).openTraces(BUILD_INFO))
    : undefined
  const failPoint = environment.MELTICA_FAIL_POINT
  const gateway = opened.use(
    await openGateway(settings, {
      log,
      now,
      elapsed,
      hosts,
      hostCount,
      backtestCommand,
      stopping,
      ...(traces && { traces }),
      ...(failPoint && { failPoint: failPointAt(failPoint, endAtOnce) }),
    }),
  )
  const everything = opened.move()
  return { gateway, settings, [Symbol.asyncDispose]: () => everything.disposeAsync() }
}
