/** The stored bytes of a revision, never other ones. `/strategies/modules/{name}/source` */
import { Elysia, t } from 'elysia'
import { hasAlready, notModified } from './etag'
import { failures, SELECTOR } from './failures'
import { SelectorPath } from './queries'
import type { Services } from './services'

export const source = (services: Pick<Services, 'registry'>) =>
  new Elysia({ name: 'http/source', tags: ['Catalogue'] }).get(
    '/strategies/modules/:name/source',
    async ({ params, headers }) => {
      const { registry } = services
      const revision = registry.resolve(params.name)
      const etag = `"${revision.hash}"`
      const bytes = await registry.source(revision)
      if (hasAlready(headers['if-none-match'], etag)) return notModified(etag)
      return new Response(bytes, {
        headers: {
          'content-type': 'application/javascript; charset=utf-8',
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-cache',
          etag,
        },
      })
    },
    {
      params: SelectorPath,
      response: {
        200: t.String({ description: 'The JavaScript, byte for byte as uploaded; its ETag is the hash' }),
        304: t.Void({ description: 'If-None-Match names this very revision' }),
        ...failures(...SELECTOR, 'revision_drifted', 'revision_missing'),
      },
      detail: { operationId: 'getModuleSource', summary: 'The source of a revision' },
    },
  )
