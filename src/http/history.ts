/** Where a tag has been, and the way back. `/strategies/modules/{name}/tags/{tag}/history`, `…/rollback` */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import { checkUnmoved } from '../registry/tags'
import { type Digest, parseDigestPrefix } from '../schema/digest'
import { isRecord } from '../schema/record'
import { TagAssigned, TagHistory, type TagMove, TagRollbackBody } from '../schema/tags'
import type { AuditEntry } from '../schema/usage'
import { actorOf } from './actor'
import { failures } from './failures'
import { historyOf, historyPage } from './queries'
import type { Services } from './services'
import { MOVE, TagPath } from './tags'

export const history = (services: Pick<Services, 'registry' | 'records' | 'rollout'>) =>
  new Elysia({ name: 'http/history', tags: ['Tags'] })
    .get(
      '/strategies/modules/:name/tags/:tag/history',
      async ({ params: { name: text, tag }, query, request }) => {
        const name = services.registry.nameOf(text)
        const { records } = services
        const reading = records.tagHistory(name, tag, historyOf(query))
        const { items, ...page } = await records.inTurns(reading, request.signal)
        // a tag that is gone has a history, one that never was has none
        if (page.total === 0) services.registry.tagged(name, tag)
        return { strategy: name, tag, history: items.map(moveOf), ...page }
      },
      {
        params: TagPath,
        query: t.Object(historyPage),
        response: {
          200: TagHistory,
          ...failures('invalid_request', 'invalid_selector', 'strategy_not_found', 'tag_not_found', 'data_damaged'),
        },
        detail: { operationId: 'getTagHistory', summary: 'All moves and deletions of a tag, newest first' },
      },
    )
    .post(
      '/strategies/modules/:name/tags/:tag/rollback',
      async ({ params, body: { from, to, refresh = true, message = 'rollback' }, request }) => {
        const name = services.registry.nameOf(params.name)
        const { tag } = params
        const actor = actorOf(request)
        const hash = services.registry.tagged(name, tag)
        if (from !== undefined) checkUnmoved(name, tag, hash, digest('from', from))
        const target = to ?? (await previousHash(services, name, tag, hash))
        // two who go back at once both mean the way back from here, not the second of them the way forth again
        const expected = to === undefined || from !== undefined ? hash : undefined
        const move = await services.registry.moveTag(name, tag, target, actor, message, expected)
        if (refresh) await services.rollout.follow(move.strategy, tag, actor)
        return { status: 'tag_assigned' as const, ...move, refresh }
      },
      {
        parse: 'json',
        params: TagPath,
        body: TagRollbackBody,
        response: {
          200: TagAssigned,
          ...failures(...MOVE, 'tag_not_found', 'no_previous_hash', 'tag_moved_meanwhile'),
        },
        detail: { operationId: 'rollbackTag', summary: 'Move a tag back to what it named before' },
      },
    )

/** A revision that is deleted takes its tags along. */
function moveOf({ when, who, what, before = '', after = '', message }: AuditEntry): TagMove {
  const move = {
    at: when,
    actor: who,
    action: what !== 'tag_moved' ? ('deleted' as const) : before === '' ? ('created' as const) : ('moved' as const),
    hash: String(after),
    previousHash: String(isRecord(before) ? before.hash : before),
  }
  return message === undefined ? move : { ...move, message }
}

/** What it named before it last came to name this hash. @throws Failure no_previous_hash */
async function previousHash(
  { records }: Pick<Services, 'records'>,
  name: string,
  tag: string,
  hash: Digest,
): Promise<string> {
  const { items, total } = await records.inTurns(records.tagHistory(name, tag, { offset: 0, limit: 1 }))
  const last = items.map(moveOf)[0]
  if (last?.action === 'moved' && last.hash === hash) return last.previousHash
  const why = total > 1 ? `was made anew with ${hash}` : `named no other revision before ${hash}`
  throw new Failure('no_previous_hash', `${name}:${tag} ${why}`)
}

/** @throws Failure invalid_request */
function digest(field: string, text: string): Digest {
  const prefix = parseDigestPrefix(text)
  if (prefix) return prefix
  throw new Failure('invalid_request', `body field "${field}" is not a hash`)
}
