/** One provider as the runtime knows it, and how the API shows it: never its secrets. */

import type { PaperOrders } from '../../execution/paper-orders'
import type { Adapter, Provider } from '../../market/provider'
import type { ReadinessProblem } from '../../schema/health'
import type { ProviderView } from '../../schema/providers'
import type { StoredProvider } from '../../store/providers'
import type { Cutter } from './cutter'

/** Disposed of, it asks its venue nothing more and emits no more events. */
export interface LiveProvider extends PaperOrders, AsyncDisposable {
  readonly provider: Provider
  /** There is one for each recording. */
  readonly cutter: Cutter | undefined
}

export class ManagedProvider {
  /** Undefined when it could not be made; see `reason`. */
  live: LiveProvider | undefined
  /** Why it could not be made or started. */
  reason: string | undefined
  /** Emitted since the gateway started. */
  events = 0
  /** On a clock that only goes forward. */
  lastEventMs = 0
  /** It has given no event for a while, or none yet. */
  isStale = true

  constructor(
    public stored: StoredProvider,
    live?: LiveProvider,
  ) {
    this.live = live
  }

  get name(): string {
    return this.stored.name
  }

  get isRunning(): boolean {
    return this.live?.provider.state === 'running'
  }

  /** Nobody has asked it for a symbol. */
  get isIdle(): boolean {
    return this.live?.provider.symbols.length === 0
  }

  /** Its state, and why it failed. */
  get standing(): { readonly status: ProviderView['status']; readonly reason: string | undefined } {
    const { live, reason } = this
    const status = reason === undefined && live ? live.provider.state : 'failed'
    return { status, reason: reason ?? live?.provider.reason }
  }

  /** It was started and does not run. */
  get problem(): ReadinessProblem | undefined {
    const { name, stored, standing } = this
    if (!stored.wanted || standing.status !== 'failed') return undefined
    const hint = `put right what it says, then POST /providers/${name}/start`
    return { provider: name, message: `provider ${name} failed: ${standing.reason}`, hint }
  }

  /** Another one takes its place under its name. */
  replaceBy(stored: StoredProvider, live: LiveProvider): void {
    this.stored = stored
    this.live = live
    this.isStale = true
    this.reason = undefined
  }
}

/** @param dependents ids of the instances that use it. */
export function providerView(
  managed: ManagedProvider,
  { adapter, config }: ReturnType<typeof withoutSecrets>,
  dependents: string[],
): ProviderView {
  const { stored, live, events, standing } = managed
  const { status, reason } = standing
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
export function withoutSecrets(
  { adapter, config }: Pick<StoredProvider, 'adapter' | 'config'>,
  adapters: readonly Adapter[],
) {
  const declared = adapters.find((one) => one.identifier === adapter)?.settings ?? []
  const open = new Set(declared.filter(({ secret }) => !secret).map(({ name }) => name)).add('paper')
  return { adapter, config: Object.fromEntries(Object.entries(config).filter(([name]) => open.has(name))) }
}
