/** What an instance of a recording leads to is a part of the next cut of the recording, all of it. */
import type { InstanceListener } from '../../hosts/instance-listener'

/** @param held runs what writes. */
export function heldListener(listener: InstanceListener, held: <T>(work: () => T) => T): InstanceListener {
  return {
    progressed: (progress) => held(() => listener.progressed(progress)),
    accounts: () => held(() => listener.accounts()),
    risk: () => held(() => listener.risk()),
    ordered: (order, timeMs) => held(() => listener.ordered(order, timeMs)),
    cancelled: (provider, clientOrderId, timeMs) => held(() => listener.cancelled(provider, clientOrderId, timeMs)),
    journalled: (id) => held(() => listener.journalled(id)),
    skipped: (order, timeMs) => held(() => listener.skipped(order, timeMs)),
    refused: (order) => held(() => listener.refused(order)),
    logged: (line) => held(() => listener.logged(line)),
    threw: (exceptions) => held(() => listener.threw(exceptions)),
    kept: (problem) => held(() => listener.kept(problem)),
    told: (seq) => held(() => listener.told(seq)),
    saved: (state) => held(() => listener.saved(state)),
    restarted: (reason) => held(() => listener.restarted(reason)),
    failed: (reason, stats) => held(() => listener.failed(reason, stats)),
    differed: (how, stats) => held(() => listener.differed(how, stats)),
  }
}
