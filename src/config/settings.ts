/** The gateway's settings: flag before environment before file before default; every default stands here. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../errors/failure'
import { inputName, readSettingText } from '../files/input'
import type { AlertSettings } from '../schema/alert-settings'
import { DEFAULT_RATES, type InstanceRates } from '../schema/instance-rates'
import type { InstanceBody } from '../schema/instances'
import type { ProviderBody } from '../schema/providers'
import type { RetentionSettings } from '../schema/retention'
import type { RiskLimitSet } from '../schema/risk-limits'
import { durationMs, limitProblems } from '../schema/risk-set'
import type { RateLimit } from '../schema/tokens'
import { type Address, isAddress, isLoopback, notAnAddress, parseAddress } from './address'
import { alertMisfits } from './alert-misfits'
import { alertSettings } from './alerts'
import { ConfigFile, IGNORED } from './file-schema'
import type { TlsFiles } from './tls'
import { readYaml, type Unfit, type YamlFile } from './yaml'

const DEFAULTS = {
  config: 'meltica.yaml',
  listen: '127.0.0.1:8880',
  strategies: 'strategies',
  data: 'data',
  environment: 'dev',
  rateLimit: { perSecond: 200, burst: 400 },
  maxAge: '1s',
  maxLag: '1s',
} as const

/** In the data folder. */
const REPLAY_FOLDER = 'replay'

/** What the command line says. */
export interface Flags {
  readonly listen?: string
  readonly strategies?: string
  readonly data?: string
  readonly config?: string
  readonly tokens?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
}

export interface Settings {
  readonly listen: Address
  /** The strategy home, relative to the working directory as are all paths. */
  readonly strategies: string
  /** Another strategy home, of which the first takes over what is new in it. */
  readonly shipped?: string
  /** The folder of the database. */
  readonly data: string
  /** The folder of the files that the provider adapter replay may open. */
  readonly replayDirectory: string
  /** How long orders and executions are kept. */
  readonly retention?: RetentionSettings
  /** What is told to whom when something goes wrong. */
  readonly alerts?: AlertSettings
  /** The file of access tokens; without it nobody is asked for one. */
  readonly tokens?: string
  /** What each token may ask for that has no rate limit of its own. */
  readonly rateLimit: RateLimit
  /** The most CPU time that each instance may use, as a part of one core. */
  readonly cpuBudget?: number
  readonly rates: InstanceRates
  readonly tls?: TlsFiles
  /** A label of metrics. */
  readonly environment: string
  /** Created when absent. */
  readonly providers: readonly ProviderBody[]
  /** Created when absent. */
  readonly instances: readonly InstanceBody[]
  /** Taken when none were ever set. */
  readonly limits?: RiskLimitSet
  /** Market data that has waited for longer is left out but for the newest, ms. */
  readonly maxAgeMs: number
  /** An instance that is further behind the market must not trade, ms. */
  readonly maxLagMs: number
  /** Origins of web pages that may call. */
  readonly cors: readonly string[]
  /** To be told once. */
  readonly warnings: readonly string[]
  /** Says of problems of the configuration file in which line they stand. */
  readonly refusal: (problems: readonly Unfit[]) => Failure
}

const SHORTEST_MS = 10
const LONGEST_MS = 3_600_000

function ratesOf({ ordersPerSecond, logsPerSecond }: NonNullable<ConfigFile['instances']> = {}): InstanceRates {
  return {
    ...DEFAULT_RATES,
    ...(ordersPerSecond !== undefined && { ordersPerSecond }),
    ...(logsPerSecond !== undefined && { logsPerSecond }),
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/** @throws Failure file_unreadable, invalid_settings */
export function loadSettings(flags: Flags, environment: Environment): Settings {
  const named = flags.config ?? (environment.MELTICA_CONFIG || undefined)
  const { value: file, refusal } = readFile(named)
  const { listen, source } = listenOf(flags, environment, file)
  const address = parseAddress(listen, source)
  const tokens = flags.tokens ?? (environment.MELTICA_TOKENS || file.tokens)
  if (!isLoopback(address.host) && tokens === undefined) {
    const reason = 'other machines could reach it, and calls are not protected by tokens'
    const advice =
      'use 127.0.0.1 or [::1], or make tokens with `meltica token create` and name their file with --tokens'
    throw new Failure('invalid_settings', `${source}: will not listen on ${listen}: ${reason}; ${advice}`)
  }
  const tls = tlsOf(flags, environment, file)
  const limits = limitsOf(file)
  const { directory, shipped } = file.strategies ?? file.app?.strategies ?? {}
  const data = flags.data ?? (environment.MELTICA_DATA || file.data) ?? DEFAULTS.data
  const otherHome = flags.strategies ?? (environment.MELTICA_STRATEGIES || undefined)
  return {
    listen: address,
    strategies: otherHome ?? directory ?? DEFAULTS.strategies,
    // what the file says of the home that it names
    ...(shipped !== undefined && otherHome === undefined && { shipped }),
    data,
    replayDirectory: file.replay?.directory ?? join(data, REPLAY_FOLDER),
    ...(file.retention && { retention: file.retention }),
    ...(file.alerts && { alerts: alertSettings(file.alerts) }),
    ...(tokens !== undefined && { tokens }),
    rateLimit: file.rateLimit ?? DEFAULTS.rateLimit,
    ...(file.instances?.cpu !== undefined && { cpuBudget: file.instances.cpu }),
    rates: ratesOf(file.instances),
    ...(tls && { tls }),
    environment: file.environment ?? file.app?.environment ?? DEFAULTS.environment,
    providers: file.providers ?? [],
    instances: file.lambdaManifest?.lambdas ?? [],
    ...(Object.keys(limits).length > 0 && { limits }),
    maxAgeMs: durationMs(file.marketData?.maxAge ?? DEFAULTS.maxAge),
    maxLagMs: durationMs(file.marketData?.maxLag ?? DEFAULTS.maxLag),
    cors: file.cors ?? [],
    warnings: [...warningsOf(file), ...(isLoopback(address.host) || tls ? [] : [UNENCRYPTED])],
    refusal,
  }
}

const limitsOf = (file: ConfigFile): RiskLimitSet => file.risk ?? file.app?.risk ?? {}

const UNENCRYPTED = 'other machines send their tokens unencrypted: give a certificate with --tls-cert and --tls-key'

/** @throws Failure invalid_settings when half of it is given. */
function tlsOf(flags: Flags, environment: Environment, file: ConfigFile): Settings['tls'] {
  const certificate = flags.tlsCert ?? (environment.MELTICA_TLS_CERT || file.tls?.certificate)
  const key = flags.tlsKey ?? (environment.MELTICA_TLS_KEY || file.tls?.key)
  if (certificate === undefined && key === undefined) return undefined
  if (certificate !== undefined && key !== undefined) return { certificate, key }
  throw new Failure(
    'invalid_settings',
    'a certificate (--tls-cert) and its key (--tls-key) are given together or not at all',
  )
}

/** A file that is named must be there; the one of the default name may be. */
function readFile(named: string | undefined): YamlFile<ConfigFile> {
  const path = named ?? DEFAULTS.config
  const text = named === undefined && !existsSync(path) ? '' : readSettingText(path, 'the configuration')
  const file = readYaml(text, inputName(path), ConfigFile)
  const problems = misfits(file.value)
  if (problems.length > 0) throw file.refusal(problems)
  return file
}

/** What no schema says, and nothing but the file has to be known for. */
function misfits(file: ConfigFile): Unfit[] {
  return [
    ...limitMisfits('/risk', file.risk),
    ...limitMisfits('/app/risk', file.app?.risk),
    ...addressMisfits('/listen', file.listen),
    ...addressMisfits('/apiServer/addr', file.apiServer?.addr),
    ...addressMisfits('/app/apiServer/addr', file.app?.apiServer?.addr),
    ...(file.cors ?? []).flatMap((origin, index) => originMisfits(`/cors/${index}`, origin)),
    ...durationMisfits('/marketData/maxAge', file.marketData?.maxAge),
    ...durationMisfits('/marketData/maxLag', file.marketData?.maxLag),
    ...alertMisfits('/alerts', file.alerts),
    ...repeats(
      '/alerts/rules',
      'name',
      file.alerts?.rules?.map(({ name, when }) => name ?? when),
    ),
    ...repeats(
      '/alerts/receivers',
      'name',
      file.alerts?.receivers?.map(({ name }) => name),
    ),
    ...repeats(
      '/providers',
      'name',
      file.providers?.map(({ name }) => name),
    ),
    ...repeats(
      '/lambdaManifest/lambdas',
      'id',
      file.lambdaManifest?.lambdas?.map(({ id }) => id),
    ),
  ]
}

const limitMisfits = (place: string, limits: RiskLimitSet = {}): Unfit[] =>
  limitProblems(limits).map(({ path, message }) => ({ path: place + path, message }))

const addressMisfits = (path: string, address: string | undefined): Unfit[] =>
  address === undefined || isAddress(address) ? [] : [{ path, message: notAnAddress(address) }]

const durationMisfits = (path: string, text: string | undefined): Unfit[] =>
  text === undefined || (durationMs(text) >= SHORTEST_MS && durationMs(text) <= LONGEST_MS)
    ? []
    : [{ path, message: 'must be a duration from 10ms to 1h, as 500ms' }]

/** A browser sends scheme, host and port: anything else never equals it. */
const originMisfits = (path: string, origin: string): Unfit[] =>
  origin === '*' || /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^\s/?#]+$/.test(origin) || URL.parse(origin)?.origin === origin
    ? []
    : [{ path, message: `must be * or an origin as https://console.example.org, not ${JSON.stringify(origin)}` }]

function repeats(list: string, field: string, names: readonly string[] = []): Unfit[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [{ path: `${list}/${index}/${field}`, message: `${JSON.stringify(name)} is there twice` }]
      : [],
  )
}

function listenOf(flags: Flags, environment: Environment, file: ConfigFile): { listen: string; source: string } {
  if (flags.listen !== undefined) return { listen: flags.listen, source: '--listen' }
  if (environment.MELTICA_LISTEN) return { listen: environment.MELTICA_LISTEN, source: 'MELTICA_LISTEN' }
  if (file.listen !== undefined) return { listen: file.listen, source: 'listen' }
  const ancestors = file.apiServer?.addr ?? file.app?.apiServer?.addr
  if (ancestors !== undefined) return { listen: ancestors, source: 'apiServer.addr' }
  return { listen: DEFAULTS.listen, source: 'the default' }
}

function warningsOf(file: ConfigFile): string[] {
  const ignored = IGNORED.filter((key) => key in file || key in (file.app ?? {}))
  return ignored.length > 0 ? [`the configuration's ${ignored.join(', ')} mean nothing here and are ignored`] : []
}
