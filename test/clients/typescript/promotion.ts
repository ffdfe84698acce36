/** A promotion from the first upload to the retired revision, with a client that was made from the API document. */
import createClient from 'openapi-fetch'
import type { components, paths } from './api'

type Upload = components['schemas']['Upload']

/** What a call answered. @throws Error when it was refused. */
async function granted<T>(call: Promise<{ data?: T; error?: components['schemas']['Failure'] }>): Promise<T> {
  const { data, error } = await call
  if (error) throw new Error(`${error.error}: ${error.message} (${error.hint})`)
  if (data === undefined) throw new Error('there was no answer')
  return data
}

/** @returns what was seen on the way, for whoever wants to check it. */
export async function promote(baseUrl: string, first: string, second: string) {
  const api = createClient<paths>({ baseUrl })
  const upload = async (body: Upload) => (await granted(api.POST('/strategies/modules', { body }))).module.hash
  const remove = (name: string) => api.DELETE('/strategies/modules/{name}', { params: { path: { name } } })

  const old = await upload({ source: first, tag: 'v1.0.0', aliases: ['prod'] })
  const launched = await granted(
    api.POST('/strategy/instances', {
      body: {
        id: 'promoted-1',
        strategy: { identifier: 'promoted:prod', config: { dry_run: true } },
        scope: { sim: { symbols: ['BTC-USDT'] } },
        autostart: true,
      },
    }),
  )
  const hash = await upload({ source: second, tag: 'v1.1.0', reassignTags: ['prod'], promoteLatest: true })
  const query = { strategy: 'promoted', hash }
  const { modules } = await granted(api.GET('/strategies/modules', { params: { query } }))
  const guard = await remove(`promoted@${old}`)
  const { results } = await granted(api.POST('/strategies/refresh', { body: { strategies: ['promoted:prod'] } }))
  const usage = await granted(
    api.GET('/strategies/modules/{name}/usage', { params: { path: { name: 'promoted:prod' } } }),
  )
  const orphan = await api.DELETE('/strategies/modules/{name}/tags/{tag}', {
    params: { path: { name: 'promoted', tag: 'v1.0.0' } },
  })
  const source = await granted(
    api.GET('/strategies/modules/{name}/source', { params: { path: { name: `promoted@${hash}` } }, parseAs: 'text' }),
  )
  const retired = await remove(`promoted@${old}`)
  const { registry } = await granted(api.GET('/strategies/registry'))

  return {
    old,
    hash,
    launched: launched.strategy.hash,
    tags: modules.map((module) => module.tags),
    guard: { status: guard.response.status, error: guard.error?.error, instances: guard.error?.instances },
    refreshed: results.map(({ selector, reason, previousHash }) => ({ selector, reason, previousHash })),
    running: usage.instances.map(({ id, strategyHash, running }) => ({ id, strategyHash, running })),
    orphan: { status: orphan.response.status, error: orphan.error?.error },
    source,
    retired: retired.response.status,
    left: registry.promoted,
  }
}
