/** What a host tells of its instances, held against what is known of them and passed on to those who listen to them. */

import type { FromHost } from '../protocol/messages'
import type { Act } from '../protocol/reported'
import { plainText } from '../schema/plain-text'
import type { Placement } from './placement'
import { differenceOf } from './repeated'
import { scrutinize, scrutinizeHandled } from './scrutiny'

export type HostEvent = Extract<FromHost, { kind: 'logs' | 'counts' | 'handled' | 'acts' | 'state' | 'failed' }>

/**
 * All of it or, for a `ProtocolError`, nothing of a message that holds what was done.
 * @param placementOf undefined for an instance that runs no more. @throws ProtocolError for one that never ran there.
 * @param failed takes note of an instance that runs no more.
 * @param differed takes note of one that does something else than it did.
 * @throws ProtocolError for what the host must not say.
 */
export function dispatch(
  event: HostEvent,
  placementOf: (number: number) => Placement | undefined,
  failed: (placement: Placement, reason: string) => void,
  differed: (placement: Placement, how: string) => void,
): void {
  switch (event.kind) {
    case 'logs':
      for (const { number, place, ...line } of event.lines) {
        const placement = placementOf(number)
        if (placement?.isNewLine(place)) placement.listener.logged({ ...line, message: plainText(line.message) })
      }
      break
    case 'counts':
      for (const counts of event.counts) placementOf(counts.number)?.count(counts)
      break
    case 'handled':
      for (const { number, handled, state } of event.own) {
        const placement = placementOf(number)
        if (!placement) continue
        scrutinizeHandled(placement, handled)
        placement.handled(handled, state)
      }
      break
    case 'acts': {
      const placement = placementOf(event.number)
      if (!placement) break
      scrutinizeHandled(placement, event.handled)
      const { known, news } = placement.newActs(event.first, event.acts)
      const { isRepeated, listener } = placement
      const how = isRepeated ? differenceOf(known, news, (id) => listener.journalled(id)) : undefined
      if (how !== undefined) {
        differed(placement, how)
        break
      }
      scrutinize(placement, news)
      placement.handled(event.handled, event.state)
      for (const act of news) {
        placement.acting()
        tell(placement, act)
      }
      break
    }
    case 'state':
      placementOf(event.number)?.save(event.state)
      break
    case 'failed': {
      const placement = placementOf(event.number)
      if (placement) failed(placement, plainText(event.reason))
    }
  }
}

function tell({ listener }: Placement, act: Act): void {
  switch (act.kind) {
    case 'ordered':
      listener.ordered(act.order, act.timeMs)
      break
    case 'skipped':
      listener.skipped(act.order, act.timeMs)
      break
    case 'refused':
      listener.refused(act)
      break
    case 'cancelled':
      listener.cancelled(act.provider, act.clientOrderId, act.timeMs)
  }
}
