/**
 * What an instance runs as: the terms of its present start, and of the one that a roll is about to put in its place. By
 * its client order id each order belongs to one of them.
 */
import type { LaunchSpec, ProviderScope } from '../protocol/launch'
import type { Order } from '../schema/orders'
import { idPrefix } from '../trading/session/order-entry'

interface Terms extends Pick<LaunchSpec, 'instanceId' | 'dryRun'> {
  readonly scope: readonly Pick<ProviderScope, 'provider' | 'symbols'>[]
}

interface Start {
  readonly terms: Terms
  /** The number in the id of the last order. */
  last: number
}

const NUMBER = /^[1-9][0-9]{0,8}$/

export class Starts {
  private readonly byPrefix = new Map<string, Start>()

  /** Nothing else runs under its number from now on. @param startMs see `idPrefix`. */
  begin(terms: Terms, startMs: number): void {
    this.byPrefix.clear()
    this.add(terms, startMs)
  }

  /** Besides what runs. */
  add({ instanceId, dryRun, scope: whole }: Terms, startMs: number): void {
    // nothing else of a launch, which may have a long past in it
    const scope = whole.map(({ provider, symbols }) => ({ provider, symbols }))
    this.byPrefix.set(idPrefix(instanceId, startMs), { terms: { instanceId, dryRun, scope }, last: 0 })
  }

  /** It is this one that runs. */
  keepOnly(terms: Terms, startMs: number): void {
    const kept = idPrefix(terms.instanceId, startMs)
    for (const prefix of this.byPrefix.keys()) if (prefix !== kept) this.byPrefix.delete(prefix)
  }

  /** It does not come to run. */
  drop({ instanceId }: Terms, startMs: number): void {
    this.byPrefix.delete(idPrefix(instanceId, startMs))
  }

  /** Takes note of an order. @returns what is wrong with it, to go on after the name of the instance. */
  take({ clientOrderId, provider, symbol }: Order, isDry: boolean): string | undefined {
    const end = clientOrderId.lastIndexOf('-')
    const start = this.byPrefix.get(clientOrderId.slice(0, end))
    const number = clientOrderId.slice(end + 1)
    if (!start || !NUMBER.test(number) || Number(number) <= start.last)
      return 'gives an order an id that is not its next'
    if (!covers(start, provider, symbol)) return 'orders what is not in its scope'
    if (start.terms.dryRun !== isDry) return isDry ? 'skips an order without a dry run' : 'orders in a dry run'
    start.last = Number(number)
    return undefined
  }

  /** Whether any of them trades there. */
  covers(provider: string, symbol?: string): boolean {
    for (const start of this.byPrefix.values()) if (covers(start, provider, symbol)) return true
    return false
  }
}

const covers = ({ terms: { scope } }: Start, provider: string, symbol?: string): boolean =>
  scope.some((at) => at.provider === provider && (symbol === undefined || at.symbols.includes(symbol)))
