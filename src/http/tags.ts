/** Tags: the names that move. `/strategies/modules/{name}/tags/{tag}` */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import type { Registry } from '../registry/registry'
import type { Digest } from '../schema/digest'
import { RolloutStarted } from '../schema/rollouts'
import { NAMED, TAGGED } from '../schema/stated'
import { TagAssigned, TagDeleted, TagMoveBody } from '../schema/tags'
import { actorOf } from './actor'
import { checkMatch } from './etag'
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
  'rollout_running',
] as const

/** What a move in steps may be refused with besides. */
const ROLLOUT = [
  'tag_not_found',
  'revision_drifted',
  'revision_missing',
  'revision_invalid',
  'rollout_needless',
] as const

const withoutRefresh = () => {
  const problems = [{ path: 'refresh', message: 'must not be false with "rollout"' }]
  return new Failure('invalid_request', 'body field "refresh" must not be false with "rollout"', { problems })
}

/** What a tag names, for who has read it: with If-Match nobody else has moved it meanwhile. */
function namedNow(registry: Registry, name: string, tag: string, request: Request): Digest | undefined {
  if (!request.headers.has('if-match')) return undefined
  const strategy = registry.nameOf(name)
  const names = registry.knows(strategy, tag) ? registry.tagged(strategy, tag) : undefined
  checkMatch(request, names && `"${names}"`)
  return names
}

export const tags = (services: Pick<Services, 'registry' | 'rollout' | 'rollouts'>) =>
  new Elysia({ name: 'http/tags', tags: ['Tags'] })
    .put(
      '/strategies/modules/:name/tags/:tag',
      async ({ params: { name, tag }, body: { hash, refresh = true, message, rollout: plan }, request, status }) => {
        const actor = actorOf(request)
        if (plan !== undefined) {
          if (!refresh) throw withoutRefresh()
          const check = (names: Digest) => checkMatch(request, `"${names}"`)
          const strategy = services.registry.nameOf(name)
          const rollout = await services.rollouts.start(strategy, tag, { hash, plan, message, check }, actor)
          const move = { strategy, tag, hash: rollout.to, previousHash: rollout.from, refresh }
          return status(202, { status: 'rollout_started' as const, ...move, rollout })
        }
        const expected = namedNow(services.registry, name, tag, request)
        const move = await services.registry.moveTag(name, tag, hash, actor, message, expected)
        if (refresh) await services.rollout.follow(move.strategy, tag, actor)
        return { status: 'tag_assigned' as const, ...move, refresh }
      },
      {
        parse: 'json',
        params: TagPath,
        body: TagMoveBody,
        response: {
          200: TagAssigned,
          202: RolloutStarted,
          ...failures(...MOVE, ...ROLLOUT, 'tag_moved_meanwhile', 'precondition_failed'),
        },
        detail: {
          operationId: 'moveTag',
          summary: 'Make a tag name a revision, and roll the instances that follow it',
          description:
            'With `rollout` in steps: a part of the instances first, the tag and the rest when it is promoted. With ' +
            'If-Match, only while the tag names that hash, in quotes.',
        },
      },
    )
    .delete(
      '/strategies/modules/:name/tags/:tag',
      async ({ params: { name, tag }, query: { allowOrphan = false }, request }) => {
        const expected = namedNow(services.registry, name, tag, request)
        const deleted = await services.registry.deleteTag(name, tag, allowOrphan, actorOf(request), expected)
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
            'rollout_running',
            'tag_moved_meanwhile',
            'precondition_failed',
          ),
        },
        detail: {
          operationId: 'deleteTag',
          summary: 'Delete a tag; its revision stays',
          description: 'With If-Match, only while the tag names that hash, in quotes.',
        },
      },
    )
