/** What happens, as it happens. `/events` and `/strategy/instances/{id}/stream` */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import type { FeedFilter } from '../runtime/feed/feed-filter'
import { FEED_TYPES, FeedEvent, type FeedType } from '../schema/feed'
import { NAMED } from '../schema/stated'
import { eventStream } from './event-stream'
import { failures } from './failures'
import { text } from './queries'
import type { Services } from './services'

const shared = {
  types: t.Optional(
    t.String({
      maxLength: 200,
      description: `Only events of these types, with commas between them: ${FEED_TYPES.join(', ')}. missed is told always`,
      examples: ['order,fill'],
    }),
  ),
  after: t.Optional(
    t.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'As the header Last-Event-ID: only what came after this id, from what is kept of the past',
    }),
  ),
}

const SAID =
  'Each event has an `id`, an `event` (its type) and `data`: JSON, as the models of events have it. Without an id to go on ' +
  'from, it begins now. A client that sends the last id it has got (an EventSource does so by itself) is told everything ' +
  'that came after it, also over restarts of the gateway; what is no longer kept is told as `missed`. Comments keep the ' +
  'connection alive.'

export const events = (services: Pick<Services, 'feed' | 'instanceIndex' | 'records'>) =>
  new Elysia({ name: 'http/events', tags: ['Events'] })
    .get(
      '/events',
      ({ query: { types, after, ...about }, request }) => {
        const given = Object.entries(about).filter(([, value]) => value !== undefined)
        return follow(services, request, { ...typesOf(types), ...Object.fromEntries(given) }, after)
      },
      {
        query: t.Object({
          ...shared,
          instance: text('Only of this instance'),
          strategy: text('Only of this strategy'),
          provider: text('Only at this provider'),
        }),
        response: { 200: FeedEvent, ...failures('invalid_request', 'too_many_streams') },
        detail: { operationId: 'streamEvents', summary: 'What happens, as it happens', description: SAID },
      },
    )
    .get(
      '/strategy/instances/:id/stream',
      ({ params: { id }, query: { types, after }, request }) => {
        services.instanceIndex.record(id)
        return follow(services, request, { ...typesOf(types), instance: id }, after)
      },
      {
        params: t.Object({
          id: t.String({ description: 'The id of the instance', examples: ['momentum-1'], ...NAMED }),
        }),
        query: t.Object(shared),
        response: { 200: FeedEvent, ...failures('invalid_request', 'instance_not_found', 'too_many_streams') },
        detail: {
          operationId: 'streamInstance',
          summary: 'What happens to an instance, as it happens',
          description: SAID,
        },
      },
    )

function follow(
  { feed, records }: Pick<Services, 'feed' | 'records'>,
  request: Request,
  filter: FeedFilter,
  asked: number | undefined,
): Response {
  const after = asked ?? lastEventId(request) ?? feed.newest
  return eventStream(request, {
    open: feed,
    reader: feed.reader(filter, after),
    told: () => feed.told(),
    isOver: () => feed.isOver,
    inTurns: (reading, signal) => records.inTurns(reading, signal),
  })
}

/** @throws Failure invalid_request. */
function typesOf(list: string | undefined): Pick<FeedFilter, 'types'> {
  if (list === undefined) return {}
  const names = list.split(',').map((name) => name.trim())
  const odd = names.find((name) => !isType(name))
  if (odd !== undefined) {
    throw new Failure(
      'invalid_request',
      `query field "types" names ${JSON.stringify(odd)}: there are ${FEED_TYPES.join(', ')}`,
    )
  }
  return { types: new Set(names.filter(isType)) }
}

const isType = (name: string): name is FeedType => FEED_TYPES.some((type) => type === name)

/** @throws Failure invalid_request. */
function lastEventId({ headers }: Request): number | undefined {
  const given = headers.get('last-event-id')?.trim()
  if (given === undefined || given === '') return undefined
  const id = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN
  if (Number.isSafeInteger(id)) return id
  throw new Failure(
    'invalid_request',
    `the header Last-Event-ID is ${JSON.stringify(given.slice(0, 40))}, no id of an event`,
  )
}
