/** Query and path fields that several calls share, and the part of a list that a query asks for. */
import { t } from 'elysia'
import { Failure } from '../errors/failure'
import type { HistoryRequest } from '../schema/page'
import { HASHED, SELECTED, TIMED } from '../schema/stated'

/** The most items of one page. */
export const MAX_PAGE = 10_000
const DEFAULT_PAGE = 100

const limit = (description: string) => t.Optional(t.Integer({ minimum: 1, maximum: MAX_PAGE, description }))
const offset = t.Optional(
  t.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'How many to leave out; default 0' }),
)

/** A list that is whole unless a limit is given. */
export const openPage = { limit: limit('How many at most; default all'), offset }
/** A list of what there is now: a hundred unless a limit is given. */
export const boundedPage = { limit: limit(`How many at most; default ${DEFAULT_PAGE}`), offset }

/** A list that grows at its beginning for as long as there is a gateway: a hundred unless a limit is given. */
export const historyPage = {
  ...boundedPage,
  before: t.Optional(
    t.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'The "next" of a page: answers the page that follows it, as fast however far it is',
    }),
  ),
}

export const flag = (description: string) => t.Optional(t.Boolean({ description }))
export const text = (description: string) => t.Optional(t.String({ maxLength: 400, description }))

/** A revision, whole or shortened. */
export const hash = (description: string) => t.Optional(t.String({ maxLength: 400, description, ...HASHED }))

/** A list that is whole for all that there may be, and says so. */
export const widePage = { limit: limit(`How many at most; default ${MAX_PAGE}`), offset }

/** The path of calls that name a revision. */
export const SelectorPath = t.Object({
  name: t.String({
    description: 'A selector: name, name:tag or name@sha256:<hex>',
    examples: ['momentum:v1.0.0'],
    ...SELECTED,
  }),
})

interface PageQuery {
  readonly limit?: number
  readonly offset?: number
}

/** The bounds of a page of a list that may be long. */
export const pageOf = ({ limit = DEFAULT_PAGE, offset = 0 }: PageQuery) => ({ limit, offset })

/** The bounds of a page of a list that grows at its beginning. */
export const historyOf = ({ before, ...page }: PageQuery & { readonly before?: number }): HistoryRequest => ({
  ...pageOf(page),
  ...(before !== undefined && { before }),
})

/** The part of a list that is asked for, and what the answer says of it. */
export function slice<T>(all: readonly T[], { limit, offset = 0 }: PageQuery) {
  const items = all.slice(offset, limit === undefined ? undefined : offset + limit)
  return { items, page: { total: all.length, offset, ...(limit !== undefined && { limit }) } }
}

/** A time, to be read by `timeMs`. */
export const time = (description: string) =>
  t.Optional(t.String({ maxLength: 40, description, examples: ['2026-01-31T12:00:00Z'], ...TIMED }))

/** RFC 3339 with its zone: a time without one would depend on where the gateway runs. */
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

/** @returns ms since 1970. @throws Failure invalid_request. */
export function timeMs(field: string, text: string): number {
  const ms = RFC3339.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms))
    throw new Failure('invalid_request', `query field "${field}" must be a time as 2026-01-31T12:00:00Z`)
  return ms
}
