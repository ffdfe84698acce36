/**
 * A refresh: the strategy home is read again, then every instance whose selector now names another revision moves to it.
 * `name` and `name:tag` follow their tag, `name@hash` never moves, and what no longer resolves stays where it is.
 */
import { Failure } from '../errors/failure'
import type { Rescan } from '../registry/change'
import type { Registry } from '../registry/registry'
import type { Revision } from '../registry/revision'
import { LATEST, parseSelector } from '../registry/selector'
import { parseDigestPrefix } from '../schema/digest'
import { lowerCaseName } from '../schema/names'
import type { RefreshBody, RefreshEntry, RefreshResult } from '../schema/usage'
import type { Log } from '../telemetry/log'
import type { Fleet } from './fleet'
import type { InstanceRecord } from './instance'
import type { Instances } from './instances'
import type { Trail } from './trail'

export interface RefreshSettings {
  readonly registry: Registry
  readonly fleet: Fleet
  readonly instances: Instances
  readonly trail: Trail
  readonly log: Log
}

/** One line of the answer before it is known what becomes of it. */
interface Target {
  /** As it was asked for, or as the instances have it. */
  readonly selector: string
  readonly followers: readonly InstanceRecord[]
  /** What it named before the home was read again. */
  readonly before: Revision | undefined
}

/** @param body nothing: everything that an instance follows, and what has changed in the home. */
export async function refresh(
  settings: RefreshSettings,
  body: RefreshBody | undefined,
  actor: string,
): Promise<RefreshResult> {
  const { registry, trail } = settings
  // empty lists are the ancestor's clients' way to ask for everything
  const hasTargets = [...(body?.hashes ?? []), ...(body?.strategies ?? [])].length > 0
  const targets = hasTargets ? askedFor(settings, body ?? {}) : followed(settings, settings.fleet.all())
  const rescan = await registry.rescan(actor)
  const results: RefreshEntry[] = []
  for (const target of targets) results.push(await settle(settings, target, rescan.changed, actor))
  if (!hasTargets) results.push(...foundInHome(rescan, results))
  const summary = results.map(({ selector, hash, previousHash, reason }) => ({ selector, hash, previousHash, reason }))
  trail.leave({ who: actor, what: 'refresh', subject: subjectOf(body), after: summary })
  return { status: hasTargets ? 'partial_refresh' : 'refreshed', results, problems: [...rescan.problems] }
}

/** After a tag was moved: only what follows it moves, and the home is not read again. */
export async function follow(settings: RefreshSettings, selector: string, actor: string): Promise<void> {
  const target = targetOf(settings, selector)
  if (target.followers.length === 0) return
  const { hash, previousHash, reason } = await settle(settings, target, [], actor)
  const summary = [{ selector, hash, previousHash, reason }]
  settings.trail.leave({ who: actor, what: 'refresh', subject: selector, after: summary })
}

function askedFor(settings: RefreshSettings, { strategies = [], hashes = [] }: RefreshBody): Target[] {
  const targets = new Map<string, Target>()
  const add = (target: Target) =>
    targets.set(canonical(target.selector), targets.get(canonical(target.selector)) ?? target)
  for (const selector of strategies) {
    const { kind, name } = parseSelector(selector)
    add(targetOf(settings, selector))
    if (kind !== 'name') continue
    const ofName = settings.fleet
      .all()
      .filter(({ stored }) => stored.strategy === lowerCaseName(name) || stored.strategy === name)
    for (const target of followed(settings, ofName)) add(target)
  }
  return [...targets.values(), ...[...new Set(hashes)].flatMap((hash) => runningOn(settings, hash))]
}

/** One for each selector that the instances follow. */
function followed(settings: RefreshSettings, records: readonly InstanceRecord[]): Target[] {
  const selectors = new Map(records.map(({ stored: { selector } }) => [canonical(selector), selector]))
  return [...selectors.values()].map((selector) => targetOf(settings, selector))
}

function targetOf({ registry, fleet }: RefreshSettings, selector: string): Target {
  const key = canonical(selector)
  const followers = fleet.all().filter(({ stored }) => canonical(stored.selector) === key)
  return { selector, followers, before: resolved(registry, selector) }
}

/** For a hash: one for each selector of the instances that run it; else for the revision itself. */
function runningOn(settings: RefreshSettings, hash: string): Target[] {
  const prefix = parseDigestPrefix(hash)
  if (!prefix) throw new Failure('invalid_request', `"hashes": ${JSON.stringify(hash.slice(0, 100))} is not a hash`)
  const records = settings.fleet.all().filter(({ stored }) => stored.hash.startsWith(prefix))
  const targets = followed(settings, records)
  if (targets.length > 0)
    return targets.map((target) => ({ ...target, followers: target.followers.filter((one) => records.includes(one)) }))
  const owners = settings.registry.names().filter((name) => resolved(settings.registry, `${name}@${prefix}`))
  return (owners.length > 0 ? owners : ['']).map((name) =>
    targetOf(settings, name === '' ? prefix : `${name}@${prefix}`),
  )
}

/** @param inHome what changed there. */
async function settle(
  settings: RefreshSettings,
  target: Target,
  inHome: Rescan['changed'],
  actor: string,
): Promise<RefreshEntry> {
  const { registry, instances, log } = settings
  const { selector, followers, before } = target
  const revision = resolved(registry, selector)
  const ids = followers.map(({ id }) => id)
  const pinned = followers.map(({ stored }) => stored.hash)
  if (!revision) {
    const hash = pinned[0] ?? before?.hash ?? parseDigestPrefix(selector) ?? ''
    const strategy = followers[0]?.stored.strategy ?? before?.name ?? nameOf(selector)
    return { selector, strategy, hash, previousHash: hash, instances: ids, reason: 'retired' }
  }
  const { name: strategy, hash } = revision
  const previousHash = pinned.find((one) => one !== hash) ?? pinned[0] ?? before?.hash ?? ''
  const failures: NonNullable<RefreshEntry['failures']> = []
  let moved = 0
  for (const { id, stored } of followers) {
    if (stored.hash === hash) continue
    try {
      await instances.move(id, revision, actor)
      moved++
    } catch (error) {
      if (!(error instanceof Failure)) log('error', 'roll failed', { instance: id, error })
      failures.push({
        instance: id,
        message: error instanceof Failure ? error.message : 'a fault of ours, see the log',
      })
    }
  }
  const changed = before?.hash !== hash || inHome.some((one) => one.name === strategy && one.hash === hash)
  const reason = failures.length > 0 && moved === 0 ? 'failed' : moved > 0 || changed ? 'refreshed' : 'alreadyPinned'
  const failed = failures.length > 0 ? { failures } : {}
  return { selector, strategy, hash, previousHash, instances: ids, reason, ...failed }
}

/** What came or changed in the home and no instance follows. */
function foundInHome({ changed, adopted }: Rescan, told: readonly RefreshEntry[]): RefreshEntry[] {
  const known = new Set(told.map(({ strategy, hash }) => `${strategy}@${hash}`))
  const found = new Map([...changed, ...adopted].map(({ name, hash }) => [`${name}@${hash}`, { name, hash }]))
  const isNew = new Set(adopted.map(({ name, hash }) => `${name}@${hash}`))
  return [...found]
    .filter(([selector]) => !known.has(selector))
    .map(([selector, { name, hash }]) => {
      const previousHash = isNew.has(selector) ? '' : hash
      return { selector, strategy: name, hash, previousHash, instances: [], reason: 'refreshed' }
    })
}

/** Undefined when it names nothing. */
function resolved(registry: Registry, selector: string): Revision | undefined {
  try {
    return registry.resolve(selector)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** Equal for all ways to write the same selector. */
function canonical(text: string): string {
  const selector = parseSelector(text)
  const name = lowerCaseName(selector.name)
  return selector.kind === 'hash'
    ? `${name}@${selector.prefix}`
    : `${name}:${selector.kind === 'tag' ? selector.tag : LATEST}`
}

const nameOf = (selector: string) => (parseDigestPrefix(selector) ? '' : parseSelector(selector).name)

const subjectOf = (body: RefreshBody | undefined) =>
  [...(body?.strategies ?? []), ...(body?.hashes ?? [])].join(', ') || '*'
