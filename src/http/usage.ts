/** Who uses what: the use of one revision, the export of the registry, and the refresh that moves instances. */
import { Elysia, t } from 'elysia'
import { RegistryExport } from '../schema/registry'
import { RefreshBody, RefreshResult, UsagePage } from '../schema/usage'
import { actorOf } from './actor'
import { BODY, failures, SELECTOR, STORAGE } from './failures'
import { flag, MAX_PAGE, SelectorPath, slice, widePage } from './queries'
import type { Services } from './services'

export const usage = (services: Pick<Services, 'registry' | 'usage' | 'instanceIndex' | 'rollout'>) =>
  new Elysia({ name: 'http/usage', tags: ['Usage'] })
    .get(
      '/strategies/modules/:name/usage',
      ({ params, query: { includeStopped = false, limit = MAX_PAGE, offset = 0 } }) => {
        const { name, hash } = services.registry.resolve(params.name)
        const usage = services.usage.get(name, hash)
        const instances = services.instanceIndex.using(name, hash, { includeStopped })
        const { items, page } = slice(instances, { limit, offset })
        return { selector: params.name, strategy: name, hash, usage, instances: items, ...page, limit }
      },
      {
        params: SelectorPath,
        query: t.Object({ includeStopped: flag('Also instances that pin it and do not run'), ...widePage }),
        response: { 200: UsagePage, ...failures('invalid_request', ...SELECTOR) },
        detail: { operationId: 'getModuleUsage', summary: 'The instances that pin a revision' },
      },
    )
    .get('/strategies/registry', () => ({ registry: services.registry.exported(), usage: services.usage.all() }), {
      response: { 200: RegistryExport },
      detail: { operationId: 'exportRegistry', summary: 'Export registry.json with the use of each revision' },
    })
    .post('/strategies/refresh', ({ body, request }) => services.rollout.refresh(body, actorOf(request)), {
      parse: 'json',
      body: RefreshBody,
      response: { 200: RefreshResult, ...failures(...BODY, ...STORAGE) },
      detail: {
        operationId: 'refreshStrategies',
        summary: 'Read the strategy home again and move the instances that follow a name or tag',
      },
    })
