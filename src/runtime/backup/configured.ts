/**
 * Whether what a configuration names could be created, before anything is opened: every provider and instance that is
 * not there yet is checked as its creation would check it. What is there already stays as it is, whatever the file says
 * of it; of its provider only the settings are looked at.
 */
import { Failure } from '../../errors/failure'
import type { Adapter, Provider } from '../../market/provider'
import type { InstanceBody } from '../../schema/instances'
import type { ProviderBody } from '../../schema/providers'
import type { StoredProvider } from '../../store/providers'
import { type FoundProblem, Problems } from '../problems'
import { Adapters } from '../providers/adapters'
import { checkProviderName, checkSymbols, makeProvider } from '../providers/provider-factory'
import { checkInstance, type Ground } from './instance-check'

export interface Configured {
  readonly providers: readonly ProviderBody[]
  readonly instances: readonly InstanceBody[]
}

export interface ConfiguredDeps {
  readonly adapters: readonly Adapter[]
  readonly registry: Ground['registry']
  /** What the last run left behind. */
  readonly kept: { readonly providers: readonly StoredProvider[]; readonly instances: readonly string[] }
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** @returns every problem; paths are those of the configuration file. */
export async function checkConfigured(configured: Configured, deps: ConfiguredDeps): Promise<FoundProblem[]> {
  const check = new Check(deps)
  try {
    for (const [index, body] of configured.providers.entries()) await check.provider(body, index)
    for (const [index, body] of configured.instances.entries()) await check.instance(body, index)
    return check.problems.found
  } finally {
    await check.dispose()
  }
}

class Check {
  readonly problems = new Problems()
  /** By name; undefined where one could not be made, which is noted already. */
  private readonly made = new Map<string, Provider | undefined>()
  private readonly all: Provider[] = []
  private readonly ground: Ground
  private readonly adapters: Adapters

  constructor(private readonly deps: ConfiguredDeps) {
    this.adapters = new Adapters(deps.adapters)
    this.ground = {
      registry: deps.registry,
      checkScope: async (name, symbols) => {
        const provider = this.find(name)
        if (provider) await checkSymbols(provider, symbols)
      },
    }
  }

  async provider({ name, adapter: { identifier, config = {} } }: ProviderBody, index: number): Promise<void> {
    const { problems, adapters } = this
    const { kept } = this.deps
    const at = ['providers', index]
    const inConfig = [...at, 'adapter', 'config']
    await problems.attempt([...at, 'name'], () => checkProviderName(name))
    const adapter = await problems.attempt([...at, 'adapter', 'identifier'], () => adapters.named(identifier))
    const provider =
      adapter && (await problems.attempt(inConfig, () => this.make({ name, adapter: identifier, config })))
    if (kept.providers.some((stored) => stored.name === name)) return
    const sound = provider && (await problems.attempt(inConfig, () => verified(provider)))
    this.made.set(name, sound)
  }

  async instance(body: InstanceBody, index: number): Promise<void> {
    if (this.deps.kept.instances.includes(body.id)) return
    await checkInstance(body, ['lambdaManifest', 'lambdas', index], this.ground, this.problems)
  }

  async dispose(): Promise<void> {
    await Promise.all(this.all.map((provider) => provider[Symbol.asyncDispose]()))
  }

  private make(stored: Omit<StoredProvider, 'wanted'>): Provider {
    const { now } = this.deps
    const { provider } = makeProvider(stored, this.adapters, { name: stored.name, ...UNHEARD, now, elapsed: now })
    this.all.push(provider)
    return provider
  }

  /** @throws Failure provider_not_found. */
  private find(name: string): Provider | undefined {
    if (this.made.has(name)) return this.made.get(name)
    const { providers } = this.deps.kept
    const stored = providers.find((one) => one.name === name)
    if (!stored) {
      const all = [...new Set([...this.made.keys(), ...providers.map((one) => one.name)])].join(', ')
      throw new Failure('provider_not_found', `no provider "${name}"; ${all ? `there are ${all}` : 'there is none'}`)
    }
    const provider = this.remade(stored)
    this.made.set(name, provider)
    return provider
  }

  /** One of the last run that cannot be made stops no start: it is shown as failed. */
  private remade(stored: StoredProvider): Provider | undefined {
    try {
      return this.make(stored)
    } catch (error) {
      if (error instanceof Failure) return undefined
      throw error
    }
  }
}

/** Nobody hears a provider that is never started. */
const UNHEARD = { emit: () => undefined, drained: async () => undefined, changed: () => undefined }

async function verified(provider: Provider): Promise<Provider> {
  await provider.verify?.()
  return provider
}
