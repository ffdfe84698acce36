/** Tags that move in steps: how far they are, and on, off or back. They begin where tags are moved. `/rollouts` */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import type { Registry } from '../registry/registry'
import { LATEST, readSelector } from '../registry/selector'
import type { Asked } from '../runtime/rollout/rollouts'
import { ROLLOUT_STATES, Rollout, RolloutBody, RolloutPage } from '../schema/rollouts'
import { NAMED_TAG } from '../schema/stated'
import { words } from '../schema/words'
import { actorOf } from './actor'
import { checkMatch } from './etag'
import { BODY, failures, STORAGE } from './failures'
import { openPage, slice } from './queries'
import type { Services } from './services'

const RolloutPath = t.Object({
  name: t.String({ description: 'name:tag; name: its latest', examples: ['momentum:prod'], ...NAMED_TAG }),
})

const READ = ['invalid_request', 'invalid_selector', 'rollout_not_found'] as const
const CHANGE = [...BODY, ...STORAGE, ...READ, 'rollout_over', 'precondition_failed'] as const
const ANSWERS = { 200: Rollout, ...failures(...CHANGE) }

export const rollouts = (services: Pick<Services, 'registry' | 'rollouts'>) => {
  /** What the path names, and what is asked of it. */
  const asked = (name: string, { message }: typeof RolloutBody.static, request: Request): [string, string, Asked] => {
    const { strategy, tag } = tagIn(services.registry, name)
    const check = (etag: string) => checkMatch(request, etag)
    return [strategy, tag, { actor: actorOf(request), message, check }]
  }
  const detail = (operationId: string, summary: string) => ({
    operationId,
    summary,
    description: 'With If-Match, only what GET answered with that ETag: nobody has decided anything of it since.',
  })
  const call = { parse: 'json', params: RolloutPath, body: RolloutBody, response: ANSWERS } as const
  return new Elysia({ name: 'http/rollouts', tags: ['Rollouts'] })
    .get(
      '/rollouts',
      ({ query }) => {
        const { items, page } = slice(services.rollouts.list(query.state), query)
        return { rollouts: items, ...page }
      },
      {
        query: t.Object({
          state: t.Optional(words(ROLLOUT_STATES, { description: 'Only in this state' })),
          ...openPage,
        }),
        response: { 200: RolloutPage, ...failures('invalid_request') },
        detail: { operationId: 'listRollouts', summary: 'The last rollout of each tag' },
      },
    )
    .get(
      '/rollouts/:name',
      ({ params, set }) => {
        const { strategy, tag } = tagIn(services.registry, params.name)
        const { rollout, etag } = services.rollouts.get(strategy, tag)
        set.headers.etag = etag
        return rollout
      },
      {
        params: RolloutPath,
        response: { 200: Rollout, ...failures(...READ) },
        detail: { operationId: 'getRollout', summary: 'The last rollout of a tag, both revisions side by side' },
      },
    )
    .post(
      '/rollouts/:name/promote',
      ({ params, body, request }) => services.rollouts.promote(...asked(params.name, body, request)),
      { ...call, detail: detail('promoteRollout', 'Move the tag, and all that follow it') },
    )
    .post(
      '/rollouts/:name/pause',
      ({ params, body, request }) => services.rollouts.pause(...asked(params.name, body, request)),
      { ...call, detail: detail('pauseRollout', 'Move no more for now; what has moved is still watched') },
    )
    .post(
      '/rollouts/:name/resume',
      ({ params, body, request }) => services.rollouts.resume(...asked(params.name, body, request)),
      { ...call, detail: detail('resumeRollout', 'Go on with the steps of one that was paused') },
    )
    .post(
      '/rollouts/:name/abort',
      ({ params, body, request }) => services.rollouts.abort(...asked(params.name, body, request)),
      { ...call, detail: detail('abortRollout', 'Take back what has moved; the tag stays where it is') },
    )
}

/** @throws Failure invalid_selector */
function tagIn(registry: Registry, text: string): { readonly strategy: string; readonly tag: string } {
  const selector = readSelector(text, (name, tag) => registry.knows(name, tag))
  if (selector.kind === 'hash') throw new Failure('invalid_selector', `${JSON.stringify(text)} names no tag`)
  return { strategy: registry.nameOf(selector.name), tag: selector.kind === 'tag' ? selector.tag : LATEST }
}
