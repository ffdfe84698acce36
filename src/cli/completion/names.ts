/** Names for completions, as the gateway knows them: asked for once, soon given up, and without a word when it fails. */
import { InstancePage } from '../../schema/instances'
import { ModulePage } from '../../schema/modules'
import { ProviderList } from '../../schema/providers'
import type { ApiClient } from '../api/client'
import { readContexts } from '../api/contexts/file'
import { NO_CONTEXT } from '../api/contexts/gateway'
import type { NameKind, NameSource } from './suggestions'

/** Nobody waits longer for a completion. */
const WITHIN_MS = 1000

export interface NamesDeps {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** @throws Failure. */
  readonly api: (signal: AbortSignal) => ApiClient
}

export class Names implements NameSource {
  constructor(private readonly deps: NamesDeps) {}

  async names(kind: NameKind): Promise<readonly string[]> {
    try {
      return await this.asked(kind)
    } catch {
      // a message would stand in the middle of the command line
      return []
    }
  }

  private async asked(kind: NameKind): Promise<readonly string[]> {
    if (kind === 'context') return [NO_CONTEXT, ...readContexts(this.deps.environment).contexts.map(({ name }) => name)]
    const api = this.deps.api(AbortSignal.timeout(WITHIN_MS))
    const asked = { instance: instancesOf, provider: providersOf, tag: tagsOf, selector: selectorsOf, thing: thingsOf }
    return asked[kind](api)
  }
}

async function instancesOf(api: ApiClient): Promise<string[]> {
  const { instances } = await api.call(InstancePage, 'GET', '/strategy/instances')
  return instances.map(({ id }) => id)
}

async function providersOf(api: ApiClient): Promise<string[]> {
  const { providers } = await api.call(ProviderList, 'GET', '/providers')
  return providers.map(({ name }) => name)
}

async function modulesOf(api: ApiClient) {
  const { modules } = await api.call(ModulePage, 'GET', '/strategies/modules')
  return modules.map(({ name, tagAliases }) => ({ name, tags: Object.keys(tagAliases).map((tag) => `${name}:${tag}`) }))
}

const tagsOf = async (api: ApiClient): Promise<string[]> => (await modulesOf(api)).flatMap(({ tags }) => tags)

const selectorsOf = async (api: ApiClient): Promise<string[]> =>
  (await modulesOf(api)).flatMap(({ name, tags }) => [name, ...tags])

const thingsOf = async (api: ApiClient): Promise<string[]> =>
  (await Promise.all([selectorsOf(api), instancesOf(api), providersOf(api)])).flat()
