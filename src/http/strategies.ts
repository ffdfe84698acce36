/** What each strategy says of itself. `/strategies`, `/strategies/{name}` */
import { Elysia } from 'elysia'
import type { Registry } from '../registry/registry'
import { Metadata } from '../schema/metadata'
import { StrategyList } from '../schema/modules'
import { failures, SELECTOR } from './failures'
import { metadataOf } from './module-view'
import { SelectorPath } from './queries'
import type { Services } from './services'

export const strategies = (services: Pick<Services, 'registry'>) =>
  new Elysia({ name: 'http/strategies', tags: ['Catalogue'] })
    .get('/strategies', () => ({ strategies: latestMetadata(services.registry) }), {
      response: { 200: StrategyList },
      detail: { operationId: 'listStrategies', summary: 'The metadata of the latest revision of each strategy' },
    })
    .get('/strategies/:name', ({ params }) => metadataOf(services.registry.resolve(params.name)), {
      params: SelectorPath,
      response: {
        200: Metadata,
        ...failures(...SELECTOR, 'revision_drifted', 'revision_missing', 'revision_invalid'),
      },
      detail: { operationId: 'getStrategy', summary: 'The metadata of one revision' },
    })

/** A strategy whose latest cannot be read is left out: GET /strategies/modules says what is wrong with it. */
function latestMetadata(registry: Registry): Metadata[] {
  return registry
    .names()
    .sort()
    .flatMap((name) => {
      const latest = registry.tags(name).latest
      const metadata = latest && registry.find(name, latest)?.metadata
      return metadata ? [metadata] : []
    })
}
