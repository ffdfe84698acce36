/** What a refresh is to look at: the selectors asked for or followed, each once, with all instances that follow it. */
import { Failure } from '../errors/failure'
import type { Registry } from '../registry/registry'
import type { Revision } from '../registry/revision'
import { LATEST, parseSelector } from '../registry/selector'
import { parseDigestPrefix } from '../schema/digest'
import type { RefreshBody } from '../schema/usage'
import type { StoredInstance } from '../store/instances'

export interface Target {
  /** As it was asked for, or as the first of its instances has it. */
  readonly selector: string
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
    for (const instance of instances) this.add(keyOf(instance), this.targetOf(instance.selector))
    return this.all()
  }

  /** Those of the body. @throws Failure invalid_selector, invalid_request. */
  askedFor({ strategies = [], hashes = [] }: RefreshBody): readonly Target[] {
    for (const selector of strategies) {
      const target = this.targetOf(selector)
      this.add(this.key(selector), target)
      if (parseSelector(selector).kind !== 'name') continue
      this.followed(this.instances.filter(({ strategy }) => strategy === target.strategy))
    }
    for (const hash of hashes) this.runningOn(hash)
    return this.all()
  }

  /** Of one selector. */
  targetOf(selector: string): Target {
    const key = this.key(selector)
    const followers = this.instances.filter((instance) => keyOf(instance) === key)
    const strategy = followers[0]?.strategy ?? this.nameOf(selector)
    return { selector, strategy, followers, before: resolved(this.registry, selector) }
  }

  private all(): readonly Target[] {
    return [...this.found.values()]
  }

  private add(key: string, target: Target): void {
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
      const target = this.targetOf(instance.selector)
      this.add(keyOf(instance), { ...target, followers: target.followers.filter((one) => running.includes(one)) })
    }
    if (running.length > 0) return
    const revisions = this.registry.withHash(prefix)
    for (const { name, hash: whole } of revisions) this.add(`${name}@${whole}`, this.targetOf(`${name}@${whole}`))
    if (revisions.length === 0) {
      this.add(prefix, { selector: prefix, strategy: '', followers: [], before: undefined })
    }
  }

  /** Equal for all ways to write the same selector. */
  private key(text: string): string {
    const selector = parseSelector(text)
    const name = this.nameOf(text)
    if (selector.kind !== 'hash') return `${name}:${selector.kind === 'tag' ? selector.tag : LATEST}`
    const pinned = this.instances.find(({ strategy, hash }) => strategy === name && hash.startsWith(selector.prefix))
    return `${name}@${resolved(this.registry, text)?.hash ?? pinned?.hash ?? selector.prefix}`
  }

  /** Exactly as written where something is called so: an older registry may hold `Grid` beside `grid`. */
  private nameOf(text: string): string {
    const { name } = parseSelector(text)
    return this.instances.some(({ strategy }) => strategy === name) ? name : this.registry.nameOf(name)
  }
}

function keyOf({ strategy, hash, selector: text }: StoredInstance): string {
  const selector = parseSelector(text)
  if (selector.kind === 'hash') return `${strategy}@${hash}`
  return `${strategy}:${selector.kind === 'tag' ? selector.tag : LATEST}`
}

/** Undefined when it names nothing. */
export function resolved(registry: Registry, selector: string): Revision | undefined {
  try {
    return registry.resolve(selector)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
