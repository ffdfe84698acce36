/** Where a tag has been, and the way back. `/strategies/modules/{name}/tags/{tag}/history`, `…/rollback` */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import { TagAssigned, TagHistory, type TagMove, TagRollbackBody } from '../schema/catalogue'
import type { PageRequest } from '../schema/instances'
import type { AuditEntry } from '../schema/usage'
import { callerOf } from './caller'
import { failures } from './failures'
import type { Parts } from './parts'
import { boundedPage, pageOf } from './queries'
import { MOVE, TagPath } from './tags'

export const history = (parts: Parts) =>
  new Elysia({ name: 'http/history', tags: ['Tags'] })
    .get(
      '/strategies/modules/:name/tags/:tag/history',
      ({ params, query }) => {
        const { name, tag, hash } = tagOf(parts, params)
        const { moves, ...page } = movesOf(parts, name, tag, pageOf(query))
        if (hash === undefined && page.total === 0) throw noSuchTag(name, tag)
        return { strategy: name, tag, history: moves, ...page }
      },
      {
        params: TagPath,
        query: t.Object(boundedPage),
        response: {
          200: TagHistory,
          ...failures('invalid_request', 'invalid_selector', 'strategy_not_found', 'tag_not_found'),
        },
        detail: { operationId: 'getTagHistory', summary: 'All moves of a tag, newest first' },
      },
    )
    .post(
      '/strategies/modules/:name/tags/:tag/rollback',
      async ({ params, body: { to, refresh = true, message = 'rollback' }, request }) => {
        const { name, tag, hash } = tagOf(parts, params)
        if (hash === undefined) throw noSuchTag(name, tag)
        const caller = callerOf(request)
        const target = to ?? previousHash(parts, name, tag, hash)
        const move = await parts.registry.moveTag(name, tag, target, caller, message)
        if (refresh) await parts.runtime.follow(`${name}:${tag}`, caller)
        return { status: 'tag_assigned' as const, ...move, refresh }
      },
      {
        parse: 'json',
        params: TagPath,
        body: TagRollbackBody,
        response: { 200: TagAssigned, ...failures(...MOVE, 'tag_not_found', 'no_previous_hash') },
        detail: { operationId: 'rollbackTag', summary: 'Move a tag back to what it named before' },
      },
    )

/** The tag as the registry writes it, and what it names. @throws Failure strategy_not_found */
function tagOf({ registry }: Parts, { name, tag }: { name: string; tag: string }) {
  const [revision] = registry.revisions(name)
  return { name: revision?.name ?? name, tag, hash: new Map(Object.entries(registry.tags(name))).get(tag) }
}

function movesOf({ runtime }: Parts, name: string, tag: string, page: PageRequest) {
  const { items, total, offset, limit } = runtime.audit(page, { what: 'tag_moved', subject: `${name}:${tag}` })
  return { moves: items.map(moveOf), total, offset, limit }
}

function moveOf({ when, who, before = '', after, message }: AuditEntry): TagMove {
  const move = { at: when, actor: who, hash: String(after), previousHash: String(before) }
  return message === undefined ? move : { ...move, message }
}

/** What it named before it last came to name this hash. @throws Failure no_previous_hash */
function previousHash(parts: Parts, name: string, tag: string, hash: string): string {
  const [last] = movesOf(parts, name, tag, { offset: 0, limit: 1 }).moves
  if (last?.hash === hash && last.previousHash !== '') return last.previousHash
  throw new Failure('no_previous_hash', `${name}:${tag} named no other revision before ${hash}`)
}

const noSuchTag = (name: string, tag: string) =>
  new Failure('tag_not_found', `tag ${JSON.stringify(tag)} not found for strategy ${JSON.stringify(name)}`)
