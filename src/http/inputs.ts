/** What instances were given, as it was recorded. `/strategy/instances/{id}/inputs` */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import { InputPage } from '../schema/inputs'
import { NAMED, PLACED } from '../schema/stated'
import { failures } from './failures'
import { time, timeMs } from './queries'
import type { Services } from './services'

const InstancePath = t.Object({
  id: t.String({ description: 'The id of the instance', examples: ['momentum-1'], ...NAMED }),
})
const DEFAULT_LIMIT = 100
const MOST_ITEMS = 1000
/** Each reads as much as there is. */
const MOST_DOWNLOADS = 4

const times = {
  from: time('Only from this time on, RFC 3339, by the time of the events'),
  to: time('Only up to this time, RFC 3339'),
}
const REFUSALS = ['invalid_request', 'instance_not_found', 'inputs_not_kept', 'inputs_damaged'] as const

export const inputs = (services: Pick<Services, 'inputs' | 'instanceIndex'>) => {
  const open = { downloads: 0 }
  return new Elysia({ name: 'http/inputs', tags: ['Instances'] })
    .get(
      '/strategy/instances/:id/inputs',
      ({ params: { id }, query: { after, limit = DEFAULT_LIMIT, ...query }, request: { signal } }) => {
        services.instanceIndex.record(id)
        return services.inputs.page(id, { ...msOf(query), after, limit, signal })
      },
      {
        params: InstancePath,
        query: t.Object({
          ...times,
          after: t.Optional(
            t.String({
              maxLength: 400,
              description: 'The "next" of a page: answers the page that follows it',
              ...PLACED,
            }),
          ),
          limit: t.Optional(
            t.Integer({ minimum: 1, maximum: MOST_ITEMS, description: `How many at most; default ${DEFAULT_LIMIT}` }),
          ),
        }),
        response: { 200: InputPage, ...failures(...REFUSALS) },
        detail: { operationId: 'listInputs', summary: 'What an instance was given, oldest first' },
      },
    )
    .get(
      '/strategy/instances/:id/inputs/events',
      async ({ params: { id }, query, request }) => {
        services.instanceIndex.record(id)
        const asked = { ...msOf(query), signal: request.signal }
        return download(request, open, EVENTS_TYPE, `${id}.jsonl`, await services.inputs.events(id, asked))
      },
      {
        params: InstancePath,
        query: t.Object(times),
        response: {
          200: t.String({ description: 'Its market events, a JSON object a line: data that a backtest reads' }),
          ...failures(...REFUSALS, 'too_many_streams'),
        },
        detail: { operationId: 'exportInputs', summary: 'The market events of an instance, as data of a backtest' },
      },
    )
    .get(
      '/strategy/instances/:id/inputs/archive',
      async ({ params: { id }, query, request }) => {
        services.instanceIndex.record(id)
        const asked = { ...msOf(query), signal: request.signal }
        return download(request, open, ARCHIVE_TYPE, `${id}.inputs`, await services.inputs.archive(id, asked))
      },
      {
        params: InstancePath,
        query: t.Object(times),
        response: {
          200: t.String({ description: 'What meltica replay does again: the inputs from a launch or checkpoint on' }),
          ...failures(...REFUSALS, 'too_many_streams'),
        },
        detail: { operationId: 'archiveInputs', summary: 'All inputs of an instance, to be replayed elsewhere' },
      },
    )
}

const ARCHIVE_TYPE = 'application/octet-stream'
const EVENTS_TYPE = 'text/x-ndjson'

/** @throws Failure invalid_request. */
const msOf = ({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }) => ({
  ...(from !== undefined && { fromMs: timeMs('from', from) }),
  ...(to !== undefined && { toMs: timeMs('to', to) }),
})

/** What the client has not taken yet is not made. @throws Failure too_many_streams. */
function download(
  request: Request,
  open: { downloads: number },
  type: string,
  name: string,
  pieces: AsyncGenerator<Uint8Array, void>,
): Response {
  const headers = {
    'content-type': type,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  if (request.method === 'HEAD') return new Response(null, { headers })
  if (open.downloads >= MOST_DOWNLOADS)
    throw new Failure('too_many_streams', `${MOST_DOWNLOADS} downloads of inputs are open`, {}, 'wait for one to end')
  open.downloads++
  let isOver = false
  const end = () => {
    if (!isOver) open.downloads--
    isOver = true
  }
  request.signal.addEventListener('abort', end)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (!done) {
            controller.enqueue(value)
            return
          }
          controller.close()
        } catch (error) {
          if (!isOver) controller.error(error)
        }
        end()
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers })
}
