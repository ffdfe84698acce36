/** The gateway's settings: flag before environment before file before default; every default stands here. */
import { join } from 'node:path'
import { Failure } from '../errors/failure'
import type { AlertSettings } from '../schema/alert-settings'
import { DEFAULT_RATES, type InstanceRates } from '../schema/instance-rates'
import type { InstanceBody } from '../schema/instances'
import type { OnJournalLoss } from '../schema/journal-loss'
import type { ProviderBody } from '../schema/providers'
import { DEFAULT_RESTARTS } from '../schema/restart-terms'
import type { RetentionSettings } from '../schema/retention'
import type { RiskLimitSet } from '../schema/risk-limits'
import { durationMs } from '../schema/risk-set'
import type { RateLimit } from '../schema/tokens'
import { type Address, isLoopback, parseAddress } from './address'
import { alertSettings } from './alerts'
import { type BacktestLimits, backtestLimits } from './backtests'
import { type Choice, Choices, subjectOf } from './choices'
import { readConfig, warningsOf } from './config-file'
import { type ConfigFile, IGNORED } from './file-schema'
import { type InputSettings, inputSettings } from './inputs'
import type { TlsFiles } from './tls'
import type { Unfit } from './yaml'

const DEFAULTS = {
  listen: '127.0.0.1:8880',
  strategies: 'strategies',
  data: 'data',
  environment: 'dev',
  rateLimit: { perSecond: 200, burst: 400 },
  sandboxHosts: 'auto',
  onJournalLoss: 'go-on',
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
  /** What backtests may need that are asked of the gateway. */
  readonly backtests: BacktestLimits
  readonly inputs: InputSettings
  /** What is told to whom when something goes wrong. */
  readonly alerts?: AlertSettings
  /** The file of access tokens; without it nobody is asked for one. */
  readonly tokens?: string
  /** What each token may ask for that has no rate limit of its own. */
  readonly rateLimit: RateLimit
  /** The most CPU time that each instance may use, as a part of one core. */
  readonly cpuBudget?: number
  /** How many processes instances run in. */
  readonly sandboxHosts: number | 'auto'
  readonly rates: InstanceRates
  /** What becomes of instances when what they are told cannot be kept. */
  readonly onJournalLoss: OnJournalLoss
  /** How often a restart policy starts an instance again within an hour. */
  readonly restartsPerHour: number
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
  /** The configuration file, as it was named; absent when there is none. */
  readonly file?: string
  /** Every setting in effect, and who says it. */
  readonly choices: readonly Choice[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** @throws Failure file_unreadable, invalid_settings with all that is wrong. */
export function loadSettings(flags: Flags, environment: Environment): Settings {
  const config = readConfig(flags.config ?? (environment.MELTICA_CONFIG || undefined))
  const { value: file, refusal } = config
  const choices = new Choices(environment, config)
  const { flag, variable, inFile } = choices
  const listen = listenOf(choices, flags, file)
  const address = parseAddress(listen.value, subjectOf(listen))
  const folders = foldersOf(choices, flags, file)
  const tokens = choices.note('tokens', [
    flag('--tokens', flags.tokens),
    variable('MELTICA_TOKENS'),
    inFile('/tokens', file.tokens),
  ])
  const tls = tlsOf(choices, flags, file)
  const open = !isLoopback(address.host)
  const problems = [...(open && !tokens ? [unprotected(listen)] : []), ...tls.problems]
  if (problems.length > 0) throw new Failure('invalid_settings', problems.join('\n'))

  const perSecond = choices.setting('rateLimit.perSecond', file.rateLimit?.perSecond, DEFAULTS.rateLimit.perSecond)
  const burst = choices.setting('rateLimit.burst', file.rateLimit?.burst, DEFAULTS.rateLimit.burst)
  const cpu = choices.note('instances.cpu', [inFile('/instances/cpu', file.instances?.cpu)])
  const rates = ratesOf(choices, file)
  choices.noteAll('/retention', file.retention)
  const limits = file.risk ?? file.app?.risk ?? {}
  choices.noteAll(file.risk ? '/risk' : '/app/risk', limits)
  const settings = {
    listen: address,
    ...folders,
    ...(file.retention && { retention: file.retention }),
    backtests: backtestLimits(choices, file),
    inputs: inputSettings(choices, file),
    ...(file.alerts && { alerts: alertSettings(file.alerts) }),
    ...(tokens && { tokens: tokens.value }),
    rateLimit: { perSecond, burst },
    ...(cpu && { cpuBudget: cpu.value }),
    sandboxHosts: choices.setting('sandboxHosts', file.sandboxHosts, DEFAULTS.sandboxHosts),
    rates,
    onJournalLoss: choices.setting('onJournalLoss', file.onJournalLoss, DEFAULTS.onJournalLoss),
    restartsPerHour: choices.setting(
      'instances.restartsPerHour',
      file.instances?.restartsPerHour,
      DEFAULT_RESTARTS.perHour,
    ),
    ...(tls.files && { tls: tls.files }),
    environment: environmentOf(choices, file),
    providers: choices.setting('providers', file.providers, []),
    instances: choices.setting('lambdaManifest.lambdas', file.lambdaManifest?.lambdas, []),
    ...(Object.keys(limits).length > 0 && { limits }),
    maxAgeMs: durationMs(choices.setting('marketData.maxAge', file.marketData?.maxAge, DEFAULTS.maxAge)),
    maxLagMs: durationMs(choices.setting('marketData.maxLag', file.marketData?.maxLag, DEFAULTS.maxLag)),
    cors: choices.setting('cors', file.cors, []),
    warnings: [...warningsOf(file), ...(open && !tls.files ? [UNENCRYPTED] : [])],
    refusal,
    ...(config.name !== undefined && { file: config.name }),
  }
  choices.noteRest(file, [...IGNORED, 'app', 'apiServer'])
  return { ...settings, choices: choices.made }
}

const UNENCRYPTED = 'other machines send their tokens unencrypted: give a certificate with --tls-cert and --tls-key'

function unprotected(listen: Choice<string>): string {
  const reason = 'other machines could reach it, and calls are not protected by tokens'
  const advice = 'use 127.0.0.1 or [::1], or make tokens with `meltica token create` and name their file with --tokens'
  return `${subjectOf(listen)}: will not listen on ${listen.value}: ${reason}; ${advice}`
}

function listenOf(choices: Choices, flags: Flags, file: ConfigFile): Choice<string> {
  const { flag, variable, inFile } = choices
  const offers = [
    flag('--listen', flags.listen),
    variable('MELTICA_LISTEN'),
    inFile('/listen', file.listen),
    inFile('/apiServer/addr', file.apiServer?.addr),
    inFile('/app/apiServer/addr', file.app?.apiServer?.addr),
  ]
  return choices.choose('listen', offers, DEFAULTS.listen)
}

function foldersOf(choices: Choices, flags: Flags, file: ConfigFile) {
  const { flag, variable, inFile } = choices
  const at = file.strategies ? '/strategies' : '/app/strategies'
  const { directory, shipped } = file.strategies ?? file.app?.strategies ?? {}
  const homes = [
    flag('--strategies', flags.strategies),
    variable('MELTICA_STRATEGIES'),
    inFile(`${at}/directory`, directory),
  ]
  const home = choices.choose('strategies.directory', homes, DEFAULTS.strategies)
  // what the file says of the home that it names
  const taken = ['flag', 'environment'].includes(home.origin)
    ? undefined
    : choices.note('strategies.shipped', [inFile(`${at}/shipped`, shipped)])
  const places = [flag('--data', flags.data), variable('MELTICA_DATA'), inFile('/data', file.data)]
  const data = choices.choose('data', places, DEFAULTS.data).value
  return {
    strategies: home.value,
    ...(taken && { shipped: taken.value }),
    data,
    replayDirectory: choices.setting('replay.directory', file.replay?.directory, join(data, REPLAY_FOLDER)),
  }
}

/** Half of it is a problem. */
function tlsOf(
  choices: Choices,
  flags: Flags,
  file: ConfigFile,
): { readonly files?: TlsFiles; readonly problems: readonly string[] } {
  const { flag, variable, inFile } = choices
  const certificate = choices.note('tls.certificate', [
    flag('--tls-cert', flags.tlsCert),
    variable('MELTICA_TLS_CERT'),
    inFile('/tls/certificate', file.tls?.certificate),
  ])
  const key = choices.note('tls.key', [
    flag('--tls-key', flags.tlsKey),
    variable('MELTICA_TLS_KEY'),
    inFile('/tls/key', file.tls?.key),
  ])
  if (certificate && key) return { files: { certificate: certificate.value, key: key.value }, problems: [] }
  const given = certificate ?? key
  if (!given) return { problems: [] }
  const rule = 'a certificate (--tls-cert) and its key (--tls-key) are given together or not at all'
  return { problems: [`${subjectOf(given)}: ${rule}`] }
}

function ratesOf(choices: Choices, { instances }: ConfigFile): InstanceRates {
  const { ordersPerSecond, logsPerSecond } = DEFAULT_RATES
  return {
    ...DEFAULT_RATES,
    ordersPerSecond: choices.setting('instances.ordersPerSecond', instances?.ordersPerSecond, ordersPerSecond),
    logsPerSecond: choices.setting('instances.logsPerSecond', instances?.logsPerSecond, logsPerSecond),
  }
}

function environmentOf(choices: Choices, { environment, app }: ConfigFile): string {
  const offers = [choices.inFile('/environment', environment), choices.inFile('/app/environment', app?.environment)]
  return choices.choose('environment', offers, DEFAULTS.environment).value
}
