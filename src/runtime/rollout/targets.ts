/** What a refresh is to look at: the selectors asked for or followed, each once, with all instances that follow it. */
import { Failure } from '../../errors/failure'
import type { Registry } from '../../registry/registry'
import type { Revision } from '../../registry/revision'
import { LATEST, readSelector, type Selector } from '../../registry/selector'
import { parseDigestPrefix } from '../../schema/digest'
import { lowerCaseName } from '../../schema/names'
import type { RefreshBody } from '../../schema/usage'
import type { StoredInstance } from '../../store/instances'

export interface Target {
  /** As it was asked for, or as the first of its instances has it. */
  readonly selector: string
  /** What that reads as; undefined where only a hash is known. */
  readonly selected: Selector | undefined
  /** As the registry writes it; '' where only a hash is known. */
  readonly strategy: string
  readonly followers: readonly StoredInstance[]
  /** What it named before the home was read again. */
  readonly before: Revision | undefined
}

export class Targets {
  private readonly found = new Map<string, Target>()

  constructor(
    private readonly registry: Registry,
    /** As they are now. */
    private readonly instances: readonly StoredInstance[],
  ) {}

  /** One for each selector that the instances follow. */
  followed(instances = this.instances): readonly Target[] {
    for (const instance of instances) this.merge(this.followedBy(instance))
    return this.all()
  }

  /** Those of the body. @throws Failure invalid_selector, invalid_request. */
  askedFor({ strategies = [], hashes = [] }: RefreshBody): readonly Target[] {
    for (const text of strategies) {
      const selected = this.read(text)
      const target = this.targetOf(text, selected)
      this.merge(target)
      if (selected.kind !== 'name') continue
      this.followed(this.instances.filter(({ strategy }) => strategy === target.strategy))
    }
    for (const hash of hashes) this.runningOn(hash)
    return this.all()
  }

  /** @param name as the registry writes it. */
  followersOfTag(name: string, tag: string): Target {
    return this.targetOf(`${name}:${tag}`, { kind: 'tag', name, tag })
  }

  private followedBy(instance: StoredInstance): Target {
    return this.targetOf(instance.selector, selectedBy(instance))
  }

  private targetOf(selector: string, selected: Selector): Target {
    const key = this.keyOf(selected)
    const followers = this.instances.filter((instance) => keyOfInstance(instance) === key)
    const strategy = followers[0]?.strategy ?? this.nameOf(selected.name)
    return { selector, selected, strategy, followers, before: resolved(this.registry, selected) }
  }

  private all(): readonly Target[] {
    return [...this.found.values()]
  }

  private merge(target: Target): void {
    const key = target.selected ? this.keyOf(target.selected) : target.selector
    const known = this.found.get(key)
    const followers = [...new Set([...(known?.followers ?? []), ...target.followers])]
    this.found.set(key, { ...(known ?? target), followers })
  }

  /** One for each selector of the instances that run it; else one for the revision itself. */
  private runningOn(hash: string): void {
    const prefix = parseDigestPrefix(hash)
    if (!prefix) throw new Failure('invalid_request', `"hashes": ${JSON.stringify(hash.slice(0, 100))} is not a hash`)
    const running = this.instances.filter((instance) => instance.hash.startsWith(prefix))
    for (const instance of running) {
      const target = this.followedBy(instance)
      this.merge({ ...target, followers: target.followers.filter((one) => running.includes(one)) })
    }
    if (running.length > 0) return
    const revisions = this.registry.withHash(prefix)
    for (const { name, hash: whole } of revisions) {
      this.merge(this.targetOf(`${name}@${whole}`, { kind: 'hash', name, prefix: whole }))
    }
    if (revisions.length === 0) {
      this.merge({ selector: prefix, selected: undefined, strategy: '', followers: [], before: undefined })
    }
  }

  /** Equal for all ways to write the same selector. */
  private keyOf(selected: Selector): string {
    const name = this.nameOf(selected.name)
    if (selected.kind !== 'hash') return keyOf(name, selected)
    const { prefix } = selected
    const pinned = this.instances.find(({ strategy, hash }) => strategy === name && hash.startsWith(prefix))
    return keyOf(name, selected, resolved(this.registry, selected)?.hash ?? pinned?.hash ?? prefix)
  }

  /** Exactly as written where something is called so: an older registry may hold `Grid` beside `grid`. */
  private nameOf(text: string): string {
    return this.instances.some(({ strategy }) => strategy === text) ? text : this.registry.nameOf(text)
  }

  private read(text: string): Selector {
    const { registry, instances } = this
    return readSelector(text, (name, tag) => {
      if (registry.knows(name, tag)) return true
      const own = instances.filter(({ strategy }) => strategy === name)
      return own.map(selectedBy).some((one) => tag === undefined || (one.kind === 'tag' && one.tag === tag))
    })
  }
}

/** What an instance follows: its strategy is known, whatever is called so in the registry by now. */
export function selectedBy({ selector, strategy }: Pick<StoredInstance, 'selector' | 'strategy'>): Selector {
  const selected = readSelector(selector, (name) => name === strategy || lowerCaseName(name) === strategy)
  return { ...selected, name: strategy }
}

/** The tag that an instance follows; undefined for one that is pinned. */
export function tagFollowedBy(instance: Pick<StoredInstance, 'selector' | 'strategy'>): string | undefined {
  const selected = selectedBy(instance)
  if (selected.kind === 'hash') return undefined
  return selected.kind === 'tag' ? selected.tag : LATEST
}

/** No name or tag is such that two could look alike. */
const keyOf = (name: string, selected: Selector, hash = ''): string =>
  selected.kind === 'hash'
    ? JSON.stringify([name, 'hash', hash])
    : JSON.stringify([name, 'tag', selected.kind === 'tag' ? selected.tag : LATEST])

function keyOfInstance(instance: StoredInstance): string {
  return keyOf(instance.strategy, selectedBy(instance), instance.hash)
}

/** Undefined when it names nothing. */
export function resolved(registry: Registry, selector: string | Selector): Revision | undefined {
  try {
    return registry.resolve(selector)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
