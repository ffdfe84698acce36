/** One provider as the runtime knows it, and how the API shows it: never its secrets. */

import type { PaperOrders } from '../../execution/paper-orders'
import type { Adapter, Provider } from '../../market/provider'
import type { ProviderView } from '../../schema/providers'
import type { StoredProvider } from '../../store/providers'

export interface LiveProvider extends PaperOrders {
  readonly provider: Provider
}

export interface ManagedProvider {
  stored: StoredProvider
  /** Absent when it could not be made; see `reason`. */
  live?: LiveProvider
  /** Why it could not be made or started. */
  reason?: string
  /** Emitted since the gateway started. */
  events: number
  /** On a clock that only goes forward. */
  lastEventMs: number
  /** Its last event is not long ago. */
  fresh: boolean
}

/** Its state, and why it failed. */
export function standingOf({ live, reason: fault }: ManagedProvider): {
  status: ProviderView['status']
  reason?: string
} {
  const status = fault === undefined && live ? live.provider.state : 'failed'
  const reason = fault ?? live?.provider.reason
  return { status, ...(reason === undefined ? {} : { reason }) }
}

export function providerView(
  slot: ManagedProvider,
  { adapter, config }: ReturnType<typeof withoutSecrets>,
  dependents: string[],
): ProviderView {
  const { stored, live, events } = slot
  const { status, reason } = standingOf(slot)
  const symbols = [...(live?.provider.symbols ?? [])]
  return {
    name: stored.name,
    adapter,
    identifier: adapter,
    status,
    running: status === 'running',
    ...(reason === undefined ? {} : { startupError: reason }),
    settings: config,
    symbols,
    instrumentCount: symbols.length,
    instruments: symbols.flatMap((symbol) => live?.provider.instrument(symbol) ?? []),
    dependentInstances: dependents,
    dependentInstanceCount: dependents.length,
    eventsEmitted: events,
  }
}

/** Only what its adapter declares and does not call secret. */
export function withoutSecrets({ adapter, config }: StoredProvider, adapters: readonly Adapter[]) {
  const declared = adapters.find((one) => one.identifier === adapter)?.settings ?? []
  const open = new Set(declared.filter(({ secret }) => !secret).map(({ name }) => name)).add('paper')
  return { adapter, config: Object.fromEntries(Object.entries(config).filter(([name]) => open.has(name))) }
}
