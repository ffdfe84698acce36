/** What the session of an instance plugs into: its accounts, its records, and acts that leave for the gateway. */
import type { ProviderScope } from '../protocol/launch'
import type { Act } from '../protocol/reported'
import type { SessionPort } from '../trading/session/session'
import type { Belongings } from './belongings'
import type { Delivery } from './delivery'

/** A longer sleep ends here. */
const MAX_SLEEP_MS = 24 * 3_600_000
/**
 * Reports that may wait to be handled, those of orders on their way included. It takes seconds of orders at the highest
 * rate to get so far behind; who did could only ever get further.
 */
const MOST_UNHANDLED = 1000

export interface SessionPortDeps extends Pick<Belongings, 'queue' | 'accountViews'> {
  readonly scope: readonly ProviderScope[]
  readonly delivery: Delivery
  /** Its `create` has run. */
  readonly isCreated: () => boolean
  /** It goes by a recording's clock, on which nobody waits. */
  readonly isRecorded: () => boolean
  readonly act: (act: Act) => void
  /** Resolves when it is to go on. */
  readonly sleep: (ms: number) => Promise<void>
  /** ms since 1970. */
  readonly now: () => number
}

export function sessionPort(deps: SessionPortDeps): SessionPort {
  const { scope, queue, accountViews, delivery, isCreated, isRecorded, act, sleep, now } = deps
  const instruments = new Map(
    scope.flatMap(({ provider, instruments }) =>
      instruments.map((instrument) => [`${provider}\n${instrument.symbol}`, instrument] as const),
    ),
  )
  return {
    scope,
    reach: (record) => (isCreated() ? delivery.reach(record) : undefined),
    timeOf: (record) => (isCreated() ? delivery.timeOf(record) : undefined),
    view: (provider) => accountViews.view(provider),
    instrument: (provider, symbol) => instruments.get(`${provider}\n${symbol}`),
    lastPrice: (provider, symbol) => accountViews.lastPrice(provider, symbol),
    submit: (order, timeMs) => act({ kind: 'ordered', order, timeMs }),
    cancel: (provider, clientOrderId, timeMs) => act({ kind: 'cancelled', provider, clientOrderId, timeMs }),
    skipped: (order, timeMs) => act({ kind: 'skipped', order, timeMs }),
    stopped: ({ provider, symbol }, refusal, timeMs, record) => {
      // who orders because it is told of a refusal would be told without end
      const untold = delivery.handlerOf(record) === 'onRiskControl'
      act({ kind: 'refused', provider, symbol, refusal, timeMs, untold })
    },
    closed: () => {
      if (isRecorded() || queue.ownLeft + accountViews.awaited < MOST_UNHANDLED) return undefined
      return `${MOST_UNHANDLED} reports of its orders wait to be handled: it orders again when it has caught up`
    },
    sleep: (ms) => (isRecorded() ? undefined : sleep(Math.min(ms, MAX_SLEEP_MS))),
    now,
  }
}
