/** What has happened in a gateway, and what happens: the newest of what it has kept, then what comes. */

import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Failure } from '../../../errors/failure'
import { FeedItem } from '../../../schema/feed'
import type { ApiContext } from '../command'
import { followed } from '../followed'
import { lines } from '../output'

export interface HeardRequest {
  /** The path of a stream, with its query. */
  readonly path: string
  /** How many of the past at most. */
  readonly past: number
  /** Leaves out what was before, ms since 1970. */
  readonly sinceMs?: number
  /** Leaves out the others, also from the count. */
  readonly isWanted?: (item: HeardItem) => boolean
  /** Goes on until the process ends. */
  readonly follow: boolean
  /** After the event of this id, in place of the whole past. */
  readonly after?: string
}

export interface HeardItem {
  /** Absent while the gateway's disk fails. */
  readonly id: string | undefined
  /** RFC 3339. */
  readonly at: string
  readonly type: string
  /** As it was sent. */
  readonly json: object
  /** Absent when only a newer gateway knows what it is. */
  readonly known?: FeedItem
}

/** @param tell is told the past at once, then what comes. @throws Failure of the gateway. */
export async function heard(
  context: Pick<ApiContext, 'api' | 'complain'>,
  { path, past, sinceMs = 0, isWanted = () => true, follow, after }: HeardRequest,
  tell: (items: readonly HeardItem[]) => void,
): Promise<void> {
  const ending = new AbortController()
  let kept: HeardItem[] | undefined = []
  const upToDate = () => {
    if (kept) tell(kept.slice(Math.max(0, kept.length - past)))
    kept = undefined
    if (!follow) ending.abort()
  }
  // without a past there is nothing to be read that was kept
  const from = after ?? (past > 0 ? '0' : undefined)
  const listening = {
    signal: ending.signal,
    ...(from !== undefined && { after: from }),
    interrupted: complaints(context),
    upToDate,
  }
  for await (const { id, data } of followed(context.api(), path, listening)) {
    const item = itemOf(id, data)
    if (Date.parse(item.at) < sinceMs || !isWanted(item)) continue
    // who asks for all that is kept misses nothing of it
    if (kept && from === '0' && item.type === 'missed') continue
    if (!kept) {
      tell([item])
      continue
    }
    kept.push(item)
    // not at each of them
    if (kept.length > 2 * past + MARGIN) kept = kept.slice(-past)
  }
}

const MARGIN = 1000

/** Once for each reason. */
function complaints({ complain }: Pick<ApiContext, 'complain'>): (reason: string) => void {
  let last: string | undefined
  return (reason) => {
    if (reason !== last) complain(lines([`warning: ${reason}; going on as soon as the gateway answers`]))
    last = reason
  }
}

const Whatever = Type.Object({ at: Type.String(), type: Type.String() })

function itemOf(id: string | undefined, data: string): HeardItem {
  const value: unknown = JSON.parse(data)
  if (Value.Check(FeedItem, value)) return { id, at: value.at, type: value.type, json: value, known: value }
  if (Value.Check(Whatever, value)) return { id, at: value.at, type: value.type, json: value }
  throw new Failure('unexpected_answer', `the gateway tells of what is no event: ${data.slice(0, 200)}`)
}
