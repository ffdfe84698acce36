/** Tags: the names that move. `/strategies/modules/{name}/tags/{tag}` */
import { Elysia, t } from 'elysia'
import { NAMED, TAGGED } from '../schema/stated'
import { TagAssigned, TagDeleted, TagMoveBody } from '../schema/tags'
import { actorOf } from './actor'
import { BODY, failures, STORAGE } from './failures'
import { flag } from './queries'
import type { Services } from './services'

export const TagPath = t.Object({
  name: t.String({ description: 'The name of the strategy', examples: ['momentum'], ...NAMED }),
  tag: t.String({ description: 'The tag', examples: ['prod'], ...TAGGED }),
})

/** What a tag's move may be refused with. */
export const MOVE = [
  ...BODY,
  ...STORAGE,
  'invalid_selector',
  'invalid_tag',
  'strategy_not_found',
  'hash_not_found',
  'hash_ambiguous',
] as const

export const tags = (services: Pick<Services, 'registry' | 'rollout'>) =>
  new Elysia({ name: 'http/tags', tags: ['Tags'] })
    .put(
      '/strategies/modules/:name/tags/:tag',
      async ({ params: { name, tag }, body: { hash, refresh = true, message }, request }) => {
        const actor = actorOf(request)
        const move = await services.registry.moveTag(name, tag, hash, actor, message)
        if (refresh) await services.rollout.follow(move.strategy, tag, actor)
        return { status: 'tag_assigned' as const, ...move, refresh }
      },
      {
        parse: 'json',
        params: TagPath,
        body: TagMoveBody,
        response: {
          200: TagAssigned,
          ...failures(...MOVE),
        },
        detail: {
          operationId: 'moveTag',
          summary: 'Make a tag name a revision, and roll the instances that follow it',
        },
      },
    )
    .delete(
      '/strategies/modules/:name/tags/:tag',
      async ({ params: { name, tag }, query: { allowOrphan = false }, request }) => {
        const deleted = await services.registry.deleteTag(name, tag, allowOrphan, actorOf(request))
        return { status: 'tag_deleted' as const, ...deleted, allowOrphan }
      },
      {
        params: TagPath,
        query: t.Object({ allowOrphan: flag('Delete it even when it is the last selector of its revision') }),
        response: {
          200: TagDeleted,
          ...failures(
            'invalid_request',
            ...STORAGE,
            'invalid_selector',
            'strategy_not_found',
            'tag_not_found',
            'tag_protected',
            'tag_orphans_revision',
          ),
        },
        detail: { operationId: 'deleteTag', summary: 'Delete a tag; its revision stays' },
      },
    )
