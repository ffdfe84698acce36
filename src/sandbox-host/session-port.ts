/** What the session of an instance plugs into: its accounts, its records, and acts that leave for the gateway. */
import type { ProviderScope } from '../protocol/launch'
import type { Act } from '../protocol/reported'
import type { SessionPort } from '../trading/session/session'
import type { AccountViews } from './account-views'

export interface SessionPortDeps extends Pick<SessionPort, 'reach' | 'timeOf' | 'closed' | 'sleep' | 'now'> {
  readonly scope: readonly ProviderScope[]
  readonly accountViews: AccountViews
  /** The record is for the handler that hears of refusals. */
  readonly isOfRefusal: (record: number) => boolean
  readonly act: (act: Act) => void
}

export function sessionPort({ accountViews, isOfRefusal, act, ...calls }: SessionPortDeps): SessionPort {
  const instruments = new Map(
    calls.scope.flatMap(({ provider, instruments }) =>
      instruments.map((instrument) => [`${provider}\n${instrument.symbol}`, instrument] as const),
    ),
  )
  return {
    ...calls,
    view: (provider) => accountViews.view(provider),
    instrument: (provider, symbol) => instruments.get(`${provider}\n${symbol}`),
    lastPrice: (provider, symbol) => accountViews.lastPrice(provider, symbol),
    submit: (order, timeMs) => act({ kind: 'ordered', order, timeMs }),
    cancel: (provider, clientOrderId, timeMs) => act({ kind: 'cancelled', provider, clientOrderId, timeMs }),
    skipped: (order, timeMs) => act({ kind: 'skipped', order, timeMs }),
    stopped: ({ provider, symbol }, refusal, timeMs, record) => {
      // who orders because it is told of a refusal would be told without end
      act({ kind: 'refused', provider, symbol, refusal, timeMs, untold: isOfRefusal(record) })
    },
  }
}
