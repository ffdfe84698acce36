/** What a host tells of its instances, passed on to those who listen to them. */

import type { Act, FromHost } from '../protocol/messages'
import type { Placement } from './placement'

export type HostEvent = Extract<FromHost, { kind: 'logs' | 'counts' | 'handled' | 'acts' | 'state' | 'failed' }>

/** @param failed takes note of an instance that runs no more. */
export function dispatch(
  news: HostEvent,
  placements: ReadonlyMap<number, Placement>,
  failed: (placement: Placement, reason: string) => void,
): void {
  switch (news.kind) {
    case 'logs':
      for (const { number, ...line } of news.lines) placements.get(number)?.listener.logged(line)
      break
    case 'counts':
      for (const counts of news.counts) placements.get(counts.number)?.count(counts)
      break
    case 'handled':
      for (const [number, count, state] of news.own) placements.get(number)?.handled(count, state)
      break
    case 'acts': {
      const placement = placements.get(news.number)
      placement?.handled(news.handled, news.state)
      for (const act of news.acts) tell(placement, act)
      break
    }
    case 'state':
      placements.get(news.number)?.save(news.state)
      break
    case 'failed': {
      const placement = placements.get(news.number)
      if (placement) failed(placement, news.reason)
    }
  }
}

function tell(placement: Placement | undefined, act: Act): void {
  switch (act.kind) {
    case 'ordered':
      placement?.listener.ordered(act.order, act.timeMs)
      break
    case 'skipped':
      placement?.listener.skipped(act.order, act.timeMs)
      break
    case 'refused':
      placement?.listener.refused(act)
      break
    case 'cancelled':
      placement?.listener.cancelled(act.provider, act.clientOrderId, act.timeMs)
  }
}
