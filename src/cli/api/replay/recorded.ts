/** What a gateway has of an instance: its inputs, and what came of them as its journal tells. */
import { Type } from '@sinclair/typebox'
import { Failure } from '../../../errors/failure'
import { type Archive, archiveIn } from '../../../inputs/rerun/archived-run'
import { LogItem, OrderItem } from '../../../schema/instance-records'
import { BUILD } from '../../build'
import { type ApiClient, instancePath } from '../client'
import { newest } from '../operate/pages'

/** Orders of the strategy and lines of its log, oldest first. */
export interface Journalled {
  readonly orders: readonly OrderItem[]
  readonly lines: readonly LogItem[]
}

export async function journalled(api: ApiClient, id: string): Promise<Journalled> {
  const most = Number.POSITIVE_INFINITY
  const isWanted = ({ placedBy }: OrderItem) => placedBy === undefined
  const orders = await newest(api, OrderItem, instancePath(id, 'orders'), { most, isWanted })
  const lines = await newest(api, LogItem, instancePath(id, 'logs'), { most })
  return { orders: orders.reverse(), lines: lines.reverse() }
}

export interface Span {
  /** ms since 1970, by the time of the events. */
  readonly from?: number
  readonly to?: number
}

/** @throws Failure of the gateway; archive_damaged, and where this program is of another build. */
export async function download(api: ApiClient, id: string, { from, to }: Span): Promise<Archive> {
  const query = new URLSearchParams({
    ...(from !== undefined && { from: new Date(from).toISOString() }),
    ...(to !== undefined && { to: new Date(to).toISOString() }),
  })
  const archive = archiveIn(await api.bytes(`${instancePath(id, 'inputs', 'archive')}?${query.toString()}`))
  const { build } = archive.head
  if (build === BUILD) return archive
  const message = `the gateway is of the build "${build}", and this program of "${BUILD}": what they come to may differ`
  throw new Failure('archive_damaged', message, {}, 'replay with the program that the gateway runs')
}

const RetentionDays = Type.Object({
  orders: Type.Object({
    total: Type.Integer(),
    days: Type.Optional(Type.Number()),
    rows: Type.Optional(Type.Integer()),
  }),
})

/** Orders that were placed before then may be gone from the journal; ms since 1970. */
export async function ordersKeptFrom(api: ApiClient, nowMs: number): Promise<number> {
  const { days, rows, total } = (await api.call(RetentionDays, 'GET', '/retention')).orders
  if (rows !== undefined && total >= rows) return Number.POSITIVE_INFINITY
  return days === undefined ? Number.NEGATIVE_INFINITY : nowMs - days * DAY_MS
}

const DAY_MS = 86_400_000
