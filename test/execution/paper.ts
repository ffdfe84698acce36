/** The simulated exchange as a venue, with an order manager before it. */
import { PaperVenue } from '../../src/execution/paper-venue'
import type { Store } from '../../src/store/store'
import { instrument, LINEAR, RULES } from '../trading/venue'
import { openStage, type Stage, type StageSettings } from './stage'

export function paperVenue(store?: Store): PaperVenue {
  return new PaperVenue({
    provider: 'paper',
    paper: { model: 'linear', rules: RULES, accountFor: () => LINEAR },
    instrument,
    inTurn: false,
    publish: () => undefined,
    drained: () => Promise.resolve(),
    recall: (owner, clientOrderId) => {
      const payload = store?.journal.lastReport(Number(owner), clientOrderId)
      return payload && { payload, executions: [] }
    },
    emitted: () => undefined,
  })
}

export function openPaper(settings?: StageSettings): { readonly stage: Stage; readonly venue: PaperVenue } {
  let venue: PaperVenue | undefined
  const stage = openStage((store) => {
    venue = paperVenue(store)
    return venue
  }, settings)
  return { stage, venue: venue! }
}
