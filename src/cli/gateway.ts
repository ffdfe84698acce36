/** Puts the gateway together: the port first, then what stands behind it; closed in the opposite order. */
import { join } from 'node:path'
import { formatAddress } from '../config/address'
import type { Settings } from '../config/settings'
import { noTokens, TokenFile } from '../config/token-file'
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import { within } from '../flow/within'
import type { CrewSize } from '../hosts/crew'
import type { HostPool } from '../hosts/pool'
import { Access } from '../http/access'
import { createApp } from '../http/app'
import { Listener } from '../http/listen'
import { GatewayServices } from '../http/services'
import { standing } from '../http/standing'
import { Tokens } from '../http/tokens'
import { adaptersOf } from '../market/adapters'
import type { FailPoint } from '../registry/disk'
import { Registry } from '../registry/registry'
import { openRuntime, type Runtime } from '../runtime/runtime'
import type { ReadinessProblem } from '../schema/health'
import { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import { Metrics } from '../telemetry/metrics'
import { ClockWatch } from '../telemetry/steady-clock'
import type { Traces } from '../telemetry/traces'
import { openAlerting } from './alerting'
import { BUILD, BUILD_INFO } from './build'
import { Certificate } from './certificate'
import { checkConfiguration } from './configuration'
import { inputsFolder } from './inputs-folder'
import { tracedCompiler } from './traced-compiler'

/** How long calls under way may go on at a stop. */
const GRACE_MS = 500
const CLOCK_WATCH_MS = 1000
const BODY_TIMEOUT_MS = 30_000
/** In the data folder. */
const BACKTESTS_FOLDER = 'backtests'
/** Who creates what the configuration names, in the audit. */
const CONFIG_ACTOR = 'config'

/** What the process gives: nothing below reads the environment or a clock. */
export interface Surroundings {
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  /** They may still be coming up; whoever started them ends them. */
  readonly hosts: HostPool
  /** How many of them there are unless the settings say so. */
  readonly hostCount: { readonly first: number; readonly most: number }
  /** What starts `meltica backtest-worker`, with the id of this process. */
  readonly backtestCommand: readonly string[]
  /** Aborted when it is to come up no more. */
  readonly stopping: AbortSignal
  /** Undefined: nothing is traced; whoever opened them ends them. */
  readonly traces?: Traces
  /** For crash tests: the step of a write of the registry before which the process ends. */
  readonly failPoint?: FailPoint
}

export interface Gateway extends AsyncDisposable {
  /** As `http://127.0.0.1:8880`. */
  readonly url: string
  /** What is not sound, as `/readyz` answers it. */
  problems(): ReadinessProblem[]
  /** By name: what runs, and what is to run at the next start as well. */
  running(): ReturnType<Runtime['running']>
  /** Whether there is an instance of this id. */
  has(id: string): boolean
  /** Makes durable what has happened so far. @returns what is being stopped still. @throws Failure when it cannot. */
  save(): string[]
  /** Reads the tokens and the certificate again, changed or not. */
  reload(): void
}

/**
 * @throws Failure address_in_use, home_locked, home_unwritable and others, and what `stopping` was aborted for; nothing
 * is left open then.
 */
export async function openGateway(settings: Settings, surroundings: Surroundings): Promise<Gateway> {
  const { log, now, elapsed, hosts, hostCount, backtestCommand, stopping, failPoint, traces } = surroundings
  const { environment, rateLimit } = settings
  const tokenFile = settings.tokens === undefined ? undefined : new TokenFile(settings.tokens)
  const tokens = tokenFile && openTokens(tokenFile, surroundings)
  await using opened = new AsyncDisposableStack()
  opened.adopt(watchClock(surroundings), clearInterval)

  const metrics = new Metrics({ environment, build: BUILD_INFO })
  let listener: Listener | undefined
  const certificate =
    settings.tls &&
    opened.use(
      new Certificate(settings.tls, {
        log,
        now,
        serve(tls) {
          listener?.renew(tls)
          metrics.certificateEnds(tls.endsMs)
        },
      }),
    )
  if (certificate) metrics.certificateEnds(certificate.tls.endsMs)
  await checkConfiguration(settings, surroundings)

  const services = new GatewayServices(metrics)
  const access = new Access(tokens, rateLimit, elapsed)
  const app = createApp(services, {
    access,
    log,
    cors: settings.cors,
    bodyTimeoutMs: BODY_TIMEOUT_MS,
    elapsed,
    ...(traces && { traces }),
  })
  const server = new Listener(app, { ...settings.listen, ...(certificate && { tls: certificate.tls }), log })
  opened.defer(() => server.stop(true))
  listener = server

  const registry = opened.use(
    await Registry.open({
      directory: settings.strategies,
      ...(settings.shipped !== undefined && { shipped: settings.shipped }),
      compiler: traces ? tracedCompiler(hosts.compiler, traces) : hosts.compiler,
      stopping,
      now,
      log,
      ...(failPoint && { failPoint }),
    }),
  )
  const store = opened.use(Store.open({ directory: settings.data, log }))
  await orAborted(hosts.up, stopping)
  hosts.retain(settings.inputs.keepForMs, settings.inputs.keepBytes)
  await orAborted(hosts.resize(sizeOf(settings, hostCount)), stopping)
  hosts.maxAgeMs = settings.maxAgeMs
  const adapters = adaptersOf(settings)
  const runtime = opened.use(
    await openRuntime({
      registry,
      hosts,
      inputs: inputsFolder(settings.data),
      onJournalLoss: settings.onJournalLoss,
      store,
      adapters,
      metrics,
      log,
      now,
      ...(settings.cpuBudget !== undefined && { cpuBudget: settings.cpuBudget }),
      rates: settings.rates,
      restarts: { perHour: settings.restartsPerHour },
      elapsed,
      ...(traces && { traces }),
      stopping,
      maxLagMs: settings.maxLagMs,
      build: BUILD,
      ...(settings.limits && { limits: { set: settings.limits, who: CONFIG_ACTOR } }),
      ...(settings.retention && { retention: settings.retention }),
      backtests: {
        ...settings.backtests,
        command: backtestCommand,
        directory: join(settings.data, BACKTESTS_FOLDER),
        replayDirectory: settings.replayDirectory,
      },
    }),
  )

  const notCreated = await createAbsent(runtime, settings, log)
  const alerting =
    settings.alerts &&
    opened.use(
      openAlerting({
        settings: settings.alerts,
        environment,
        directory: settings.data,
        runtime,
        hosts,
        store,
        metrics,
        log,
        now,
        elapsed,
      }),
    )
  if (!alerting) store.alerts.forget()
  const others = () => [...notCreated, ...(certificate?.problems() ?? []), ...(alerting?.problems() ?? [])]
  const alerts = () => alerting?.standing() ?? { alerts: [], receivers: [] }
  services.open({ registry, runtime, others, alerts })
  opened.defer(async () => {
    services.close()
    runtime.feed.end()
    const idle = server.stop()
    // connections kept alive without a call would hold the stop up
    if (server.pendingRequests > 0) await within(idle, GRACE_MS)
  })
  const everything = opened.move()
  return {
    reload() {
      tokenFile?.forget()
      tokens?.reload()
      certificate?.reload()
    },
    problems: () => standing(services).problems,
    running: () => runtime.running(),
    has: (id) => runtime.instanceIndex.has(id),
    save: () => {
      if (!everything.disposed) store.commit()
      return runtime.instanceIndex.stopping()
    },
    url: `${certificate ? 'https' : 'http'}://${formatAddress({ host: settings.listen.host, port: server.port })}`,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  }
}

/** One, and more with more instances; or as many as the settings say. */
function sizeOf({ sandboxHosts }: Settings, { first, most }: Surroundings['hostCount']): CrewSize {
  if (sandboxHosts === 'auto') return { least: first, most }
  return { least: sandboxHosts, most: sandboxHosts }
}

/** @throws what the signal was aborted for, when that comes first. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Tells of a clock that was set. */
function watchClock({ now, elapsed, log }: Surroundings) {
  const watch = new ClockWatch(now, elapsed)
  return setInterval(() => {
    const jumpMs = watch.jump()
    if (jumpMs < 0) log('warn', 'the clock of the machine was set back: events go on with later times', { jumpMs })
    if (jumpMs > 0) log('warn', 'the clock of the machine was set forward, or the machine was asleep', { jumpMs })
  }, CLOCK_WATCH_MS)
}

/** @throws Failure file_unreadable, invalid_settings; a gateway that lets nobody in is a mistake. */
function openTokens(file: TokenFile, { elapsed, log }: Surroundings): Tokens {
  const tokens = new Tokens(file, elapsed, (text) => log('error', text))
  if (tokens.count > 0) return tokens
  throw noTokens(file.path)
}

/** The configuration creates what is not there and changes nothing that is; what it cannot create is told. */
async function createAbsent(
  runtime: Runtime,
  { providers, instances }: Settings,
  log: Log,
): Promise<ReadinessProblem[]> {
  const problems: ReadinessProblem[] = []
  const existing = new Set(runtime.providers.list().map((provider) => provider.name))
  for (const body of providers.filter((provider) => !existing.has(provider.name))) {
    const { name } = body
    await attempt({ provider: name }, () => runtime.providers.create(body, CONFIG_ACTOR))
  }
  for (const body of instances.filter(({ id }) => !runtime.instanceIndex.has(id))) {
    await attempt({ instance: body.id }, () => runtime.instances.create(body, CONFIG_ACTOR))
  }
  return problems

  async function attempt(about: Pick<ReadinessProblem, 'instance' | 'provider'>, work: () => Promise<unknown>) {
    try {
      await work()
    } catch (error) {
      const what = about.provider === undefined ? `instance ${about.instance}` : `provider ${about.provider}`
      const message = `the configuration's ${what} was not created: ${reasonOf(error)}`
      const hint = error instanceof Failure ? `${error.hint}; the next start tries again` : 'the log tells more'
      problems.push({ ...about, message, hint })
      log('error', message, error instanceof Failure ? {} : { error })
    }
  }
}
