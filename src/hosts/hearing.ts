/** What a host says unasked, and who is to know of it. */
import { ProtocolError } from '../protocol/check'
import type { Batches } from './batches'
import type { Host } from './host'
import { dispatch, type HostEvent } from './host-events'
import type { HostNotice } from './link'
import type { Placement } from './placement'
import type { Placements } from './placements'
import type { Resumption } from './resumption'
import type { Succession } from './succession'

export interface HearingDeps {
  readonly placements: Placements
  readonly batches: Batches
  readonly succession: Succession
  readonly resumption: Resumption
  /** A host has kept rights that it should have given up. */
  readonly unconfined: (missing: readonly string[]) => void
  /** Puts aside what an instance has come from to that. @returns what is to be said of it, if anything. */
  readonly evidence: (placement: Placement) => string
}

export class Hearing {
  constructor(private readonly deps: HearingDeps) {}

  /** @param host that says it; undefined: it has not come up. @throws ProtocolError. */
  heard(notice: HostNotice, host: Host | undefined): void {
    const { batches, succession, resumption, unconfined } = this.deps
    switch (notice.kind) {
      case 'worked':
        batches.worked(notice.behind)
        break
      case 'caughtUp':
        batches.caughtUp()
        break
      case 'unconfined':
        unconfined(notice.missing)
        break
      case 'unrecorded':
        succession.unrecorded(notice.reason)
        break
      default:
        if (resumption.isUnderWay) resumption.hear(notice)
        else this.tell(notice, host)
    }
  }

  /** @throws ProtocolError. */
  tell(event: HostEvent, host: Host | undefined): void {
    const { placements, evidence } = this.deps
    dispatch(
      event,
      (number) => this.placementOf(number, host),
      (placement, reason) => placements.fail(placement, reason),
      (placement, how) => placements.differ(placement, `${how}${evidence(placement)}`),
    )
    if (event.kind !== 'counts') host?.took()
  }

  /** @throws ProtocolError for a number that the host was never given. */
  private placementOf(number: number, host: Host | undefined): Placement | undefined {
    if (!host?.knows(number)) throw new ProtocolError(`it speaks of an instance ${number}, which was never its own`)
    return this.deps.placements.get(number)
  }
}
