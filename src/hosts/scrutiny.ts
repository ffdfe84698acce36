/**
 * What a host may say of an instance, and no more. The schema has seen that it is well formed; here it is held against
 * what the gateway itself knows. A host that was taken over by what runs in it cannot speak for anybody else's instance,
 * venue, symbol or order, nor trade for an instance that only tries its orders out. What an order is worth, and whether
 * its owner may place it, the venue judges again.
 */
import { ProtocolError } from '../protocol/check'
import type { Act } from '../protocol/reported'
import type { Placement } from './placement'

/** Takes note of the orders. @throws ProtocolError. */
export function scrutinize(placement: Placement, acts: readonly Act[]): void {
  const { starts } = placement
  for (const act of acts) {
    const problem = problemOf(starts, act)
    if (problem !== undefined) refuse(placement, problem)
  }
}

/** @throws ProtocolError when it has handled more than it was sent. */
export function scrutinizeHandled(placement: Placement, handled: number): void {
  const { length } = placement.unhandled
  const count = placement.newlyHandled(handled)
  if (count > length) refuse(placement, `has handled ${count} reports, and was sent ${length}`)
}

function problemOf(starts: Placement['starts'], act: Act): string | undefined {
  switch (act.kind) {
    case 'ordered':
      return starts.take(act.order, false)
    case 'skipped':
      return starts.take(act.order, true)
    case 'refused':
      return starts.covers(act.provider, act.symbol) ? undefined : 'is refused an order that is not in its scope'
    case 'cancelled':
      return starts.covers(act.provider) ? undefined : 'cancels what is not in its scope'
  }
}

function refuse({ spec: { instanceId } }: Placement, what: string): never {
  throw new ProtocolError(`the instance ${instanceId} ${what}`)
}
