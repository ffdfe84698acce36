/** Revisions: listed, uploaded, read, replaced, deleted. `/strategies/modules` and below */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import type { Registry } from '../registry/registry'
import type { Revision } from '../registry/revision'
import { parseDigestPrefix } from '../schema/digest'
import type { Warning } from '../schema/metadata'
import { Module, ModulePage } from '../schema/modules'
import { ReplacementBody, UploadBody, Uploaded } from '../schema/uploads'
import type { UsageEntry } from '../schema/usage'
import { actorOf } from './actor'
import { BODY, failures, SELECTOR, STORAGE } from './failures'
import { moduleView } from './module-view'
import { flag, hash, openPage, SelectorPath, slice, text } from './queries'
import type { Services } from './services'

const UPLOAD = [
  ...BODY,
  ...STORAGE,
  'invalid_name',
  'invalid_tag',
  'tag_conflict',
  'rollout_running',
  'strategy_validation_failed',
  'tag_missing',
  'name_mismatch',
] as const

export const modules = (services: Pick<Services, 'registry' | 'usage'>) =>
  new Elysia({ name: 'http/modules', tags: ['Catalogue'] })
    .get(
      '/strategies/modules',
      ({ query }) => {
        const { registry } = services
        const usage = services.usage.all()
        const { items, page } = slice(selected(registry, usage, query), query)
        return {
          modules: items.map((revision) => moduleView(registry, usage, revision)),
          ...page,
          strategyDirectory: registry.directory,
        }
      },
      {
        query: t.Object({
          strategy: text('Only this name'),
          hash: hash('Only strategies with this revision, which is then the selected one'),
          runningOnly: flag('Only strategies of which an instance runs'),
          ...openPage,
        }),
        response: { 200: ModulePage, ...failures('invalid_request', 'invalid_selector') },
        detail: { operationId: 'listModules', summary: 'All strategies with their revisions, tags and what runs' },
      },
    )
    .post(
      '/strategies/modules',
      async ({ body, request, status }) => {
        const { registry } = services
        const upload = await registry.upload(checkedSource(body), actorOf(request))
        return status(201, uploaded(registry, upload))
      },
      {
        parse: 'json',
        body: UploadBody,
        response: { 201: Uploaded, ...failures(...UPLOAD) },
        detail: { operationId: 'uploadModule', summary: 'Upload a revision, with all its tags in one step' },
      },
    )
    .get(
      '/strategies/modules/:name',
      ({ params }) => moduleView(services.registry, services.usage.all(), services.registry.resolve(params.name)),
      {
        params: SelectorPath,
        response: { 200: Module, ...failures(...SELECTOR) },
        detail: { operationId: 'getModule', summary: 'One strategy, seen from the selected revision' },
      },
    )
    .put(
      '/strategies/modules/:name',
      async ({ params, body, request }) => {
        const { registry } = services
        const upload = await registry.replace(params.name, checkedSource(body), actorOf(request))
        return uploaded(registry, upload)
      },
      {
        parse: 'json',
        params: SelectorPath,
        body: ReplacementBody,
        response: { 200: Uploaded, ...failures(...SELECTOR, ...UPLOAD) },
        detail: {
          operationId: 'replaceModule',
          summary: 'Upload a revision that takes over the tags the selector names',
        },
      },
    )
    .delete(
      '/strategies/modules/:name',
      async ({ params, request, status }) => {
        await services.registry.remove(params.name, actorOf(request))
        return status(204, undefined)
      },
      {
        params: SelectorPath,
        response: {
          204: t.Void(),
          ...failures(...SELECTOR, ...STORAGE, 'revision_in_use', 'revision_is_latest', 'rollout_running'),
        },
        detail: {
          operationId: 'deleteModule',
          summary: 'Delete one revision with its tags, or with a plain name all of them',
        },
      },
    )

interface ModuleFilter {
  readonly strategy?: string
  readonly hash?: string
  readonly runningOnly?: boolean
}

/** One revision for each strategy that fits the filter, in the order of their names. */
function selected(
  registry: Registry,
  usage: readonly UsageEntry[],
  { strategy, hash, runningOnly }: ModuleFilter,
): Revision[] {
  const prefix = hash === undefined ? undefined : digestPrefix(hash)
  const wanted = strategy === undefined ? undefined : registry.nameOf(strategy)
  const running = new Set(usage.filter((entry) => entry.running).map((entry) => entry.strategy))
  return registry
    .names()
    .sort()
    .filter((name) => wanted === undefined || name === wanted)
    .filter((name) => !runningOnly || running.has(name))
    .flatMap((name) => (prefix === undefined ? latest(registry, name) : withHash(registry, name, prefix)))
}

/** What a plain name shows: latest, or the newest revision where latest names none. */
function latest(registry: Registry, name: string): Revision[] {
  const hash = registry.tags(name).latest
  const revision = (hash && registry.find(name, hash)) || registry.revisions(name).at(-1)
  return revision ? [revision] : []
}

function withHash(registry: Registry, name: string, prefix: string): Revision[] {
  return registry
    .revisions(name)
    .filter((revision) => revision.hash.startsWith(prefix))
    .slice(0, 1)
}

function digestPrefix(text: string): string {
  const prefix = parseDigestPrefix(text)
  if (!prefix)
    throw new Failure('invalid_selector', `hash "${text}" is not sha256:<64 hex>, nor its first 12 digits or more`)
  return prefix
}

/** A file cannot hold half of a surrogate pair, so it could not be stored as it was sent. @throws Failure invalid_request */
function checkedSource(body: UploadBody): UploadBody {
  if (!body.source.isWellFormed()) {
    throw new Failure('invalid_request', 'body field "source" holds half of a surrogate pair')
  }
  return body
}

interface Upload {
  readonly revision: Revision
  readonly unchanged: boolean
  readonly alias?: string
  readonly warnings: readonly Warning[]
}

function uploaded(registry: Registry, { revision, unchanged, alias, warnings }: Upload): Uploaded {
  const { name, hash, tag, file, path } = revision
  return {
    status: 'pending_refresh',
    strategyDirectory: registry.directory,
    module: { name, hash, tag, ...(alias !== undefined && { alias }), file, path },
    warnings: [...warnings],
    ...(unchanged && { unchanged }),
  }
}
