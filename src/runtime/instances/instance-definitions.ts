/** What instances are to be: every part of a definition is checked before anything is made of it. */
import { Failure } from '../../errors/failure'
import type { Registry } from '../../registry/registry'
import type { Revision } from '../../registry/revision'
import { readSelector } from '../../registry/selector'
import type { InstanceReplacement, Scope } from '../../schema/instances'
import type { StoredInstance } from '../../store/instances'
import type { Providers } from '../providers/providers'
import { configFor } from './launch-planner'

/** What an instance is to pin, and where it is to trade when that changes too. */
export interface Destination {
  readonly strategy: string
  readonly hash: Revision['hash']
  readonly scope?: Scope
}

export type InstanceDefinition = Destination & Pick<StoredInstance, 'selector' | 'tag' | 'config' | 'scope'>

export interface InstanceDefinitionsDeps {
  readonly registry: Registry
  readonly providers: Providers
}

export class InstanceDefinitions {
  constructor(private readonly deps: InstanceDefinitionsDeps) {}

  /** @throws Failure of the selector, the revision, the config, the provider and its symbols. */
  async define(selector: string, config: Readonly<Record<string, unknown>>, scope: Scope): Promise<InstanceDefinition> {
    const { registry, providers } = this.deps
    const revision = registry.resolve(selector)
    const { metadata } = await registry.launchable(revision)
    configFor(metadata, config)
    for (const [provider, { symbols }] of Object.entries(scope)) await providers.check(provider, symbols)
    const { name: strategy, hash, tag } = revision
    return { selector, strategy, hash, tag, config, scope: withoutRepeats(scope) }
  }

  /** What was there when it was checked may have been removed meanwhile. @throws Failure hash_not_found, provider_not_found. */
  refuseGone({ strategy, hash, scope = {} }: Destination): void {
    const { registry, providers } = this.deps
    if (!registry.stays(strategy, hash)) {
      throw new Failure('hash_not_found', `${strategy}@${hash} was deleted meanwhile`)
    }
    for (const provider of Object.keys(scope)) providers.get(provider)
  }
}

/** A snapshot that is sent back names the strategy in `identifier` and what it follows in `selector`. */
export function selectorOf({ identifier, selector }: InstanceReplacement['strategy']): string {
  if (selector === undefined) return identifier
  const isNamed = (name: string) => name.toLowerCase() === identifier.toLowerCase()
  return isNamed(readSelector(selector, isNamed).name) ? selector : identifier
}

export function withoutRepeats(scope: Scope): Scope {
  return Object.fromEntries(
    Object.entries(scope).map(([provider, { symbols }]) => [provider, { symbols: [...new Set(symbols)] }]),
  )
}
