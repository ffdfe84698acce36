/**
 * A refresh: the strategy home is read again, then every instance whose selector now names another revision moves to it.
 * `name` and `name:tag` follow their tag, `name@hash` never moves, and what no longer resolves stays where it is.
 */
import { Failure } from '../../errors/failure'
import type { Rescan } from '../../registry/change'
import type { Registry } from '../../registry/registry'
import { parseDigestPrefix } from '../../schema/digest'
import type { RefreshBody, RefreshEntry, RefreshResult } from '../../schema/usage'
import type { Log } from '../../telemetry/log'
import type { AuditLog } from '../audit-log'
import type { InstanceIndex } from '../instances/instance-index'
import type { InstanceLifecycle } from '../instances/instance-lifecycle'
import type { Rollouts } from './rollouts'
import { resolved, type Target, Targets, tagFollowedBy } from './targets'

export interface RefreshDeps {
  readonly registry: Registry
  readonly instanceIndex: InstanceIndex
  readonly instances: InstanceLifecycle
  readonly rollouts: Pick<Rollouts, 'holds'>
  readonly auditLog: AuditLog
  readonly log: Log
}

/** @param body nothing: everything that an instance follows, and what has changed in the home. */
export async function refresh(deps: RefreshDeps, body: RefreshBody | undefined, actor: string): Promise<RefreshResult> {
  const { registry, auditLog } = deps
  // empty lists are the ancestor's clients' way to ask for everything
  const hasTargets = [...(body?.hashes ?? []), ...(body?.strategies ?? [])].length > 0
  const found = targetsOf(deps)
  const targets = hasTargets ? found.askedFor(body ?? {}) : found.followed()
  const rescan = await registry.rescan(actor)
  const results: RefreshEntry[] = []
  for (const target of targets) results.push(await settle(deps, target, rescan.changed, actor))
  if (!hasTargets) results.push(...foundInHome(rescan, results))
  const summary = results.map(({ selector, hash, previousHash, reason }) => ({ selector, hash, previousHash, reason }))
  auditLog.record({ who: actor, what: 'refresh', subject: subjectOf(body), after: summary })
  return { status: hasTargets ? 'partial_refresh' : 'refreshed', results, problems: [...rescan.problems] }
}

/** After a tag was moved: only what follows it moves, and the home is not read again. */
export async function follow(deps: RefreshDeps, name: string, tag: string, actor: string): Promise<void> {
  const target = targetsOf(deps).followersOfTag(name, tag)
  if (target.followers.length === 0) return
  const { selector } = target
  const { hash, previousHash, reason } = await settle(deps, target, [], actor)
  const summary = [{ selector, hash, previousHash, reason }]
  deps.auditLog.record({ who: actor, what: 'refresh', subject: selector, after: summary })
}

/** @param inHome what changed there. */
async function settle(
  deps: RefreshDeps,
  target: Target,
  inHome: Rescan['changed'],
  actor: string,
): Promise<RefreshEntry> {
  const { registry, instances, rollouts, log } = deps
  const { selector, followers, before } = target
  const revision = target.selected && resolved(registry, target.selected)
  const ids = followers.map(({ id }) => id)
  const pinned = followers.map(({ hash }) => hash)
  if (!revision) {
    const hash = pinned[0] ?? before?.hash ?? parseDigestPrefix(selector) ?? ''
    return { selector, strategy: target.strategy, hash, previousHash: hash, instances: ids, reason: 'retired' }
  }
  const { name: strategy, hash } = revision
  const previousHash = pinned.find((one) => one !== hash) ?? pinned[0] ?? before?.hash ?? ''
  const failures: NonNullable<RefreshEntry['failures']> = []
  let moved = 0
  for (const follower of followers) {
    const { id } = follower
    if (follower.hash === hash) continue
    // it is ahead of its tag, which is moving in steps
    if (rollouts.holds({ ...follower, tag: tagFollowedBy(follower) })) continue
    try {
      await instances.move(follower, revision, actor)
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

const targetsOf = ({ registry, instanceIndex }: RefreshDeps) =>
  new Targets(
    registry,
    instanceIndex.all().map(({ stored }) => stored),
  )

const subjectOf = (body: RefreshBody | undefined) =>
  [...(body?.strategies ?? []), ...(body?.hashes ?? [])].join(', ') || '*'
