/** The configuration file: read, and checked for all that nothing but the file has to be known for. */
import { existsSync } from 'node:fs'
import { inputName, readSettingText } from '../files/input'
import type { RiskLimitSet } from '../schema/risk-limits'
import { durationMs, limitProblems } from '../schema/risk-set'
import { isAddress, notAnAddress } from './address'
import { alertMisfits } from './alert-misfits'
import { ConfigFile, IGNORED } from './file-schema'
import { readYaml, type Unfit, type YamlFile } from './yaml'

const DEFAULT_FILE = 'meltica.yaml'
const SHORTEST_MS = 10
const LONGEST_MS = 3_600_000

export interface ReadConfig extends YamlFile<ConfigFile> {
  /** As it was named; absent when there is none. */
  readonly name?: string
}

/** A file that is named must be there; the one of the default name may be. */
export function readConfig(named: string | undefined): ReadConfig {
  const path = named ?? DEFAULT_FILE
  const isThere = named !== undefined || existsSync(path)
  const text = isThere ? readSettingText(path, 'the configuration') : ''
  const file = readYaml(text, inputName(path), ConfigFile)
  const problems = misfits(file.value)
  if (problems.length > 0) throw file.refusal(problems)
  return { ...file, ...(isThere && { name: inputName(path) }) }
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

export function warningsOf(file: ConfigFile): string[] {
  const ignored = IGNORED.filter((key) => key in file || key in (file.app ?? {}))
  return ignored.length > 0 ? [`the configuration's ${ignored.join(', ')} mean nothing here and are ignored`] : []
}
