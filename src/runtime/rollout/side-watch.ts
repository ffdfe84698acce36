/** Watches the instances of a rollout: what both sides do, and whether that ends it. */
import type { HostPool } from '../../hosts/pool'
import type { Side } from '../../schema/rollouts'
import type { SideErrors, StoredRollout } from '../../store/rollouts'
import type { InstanceRecord } from '../instances/instance'
import type { Providers } from '../providers/providers'
import type { Traded } from '../worth/traded'
import { type CountedState, moneyOf, SideCounts, type SideName } from './side-counts'

export interface SideWatchDeps {
  readonly hosts: Pick<HostPool, 'stats'>
  readonly providers: Pick<Providers, 'openOrders'>
  readonly traded: Traded
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

/** As it was kept. */
export interface KeptCounts {
  readonly counted: CountedState
  readonly errors: SideErrors
}

const NO_ERRORS: SideErrors = { from: 0, to: 0 }
/** A lag counts when it lasts. */
const LAG_MS = 5000

export class SideWatch {
  private readonly counts: SideCounts
  /** Exceptions out of handlers; of those that run the new revision also each time that one failed and runs again. */
  errors: SideErrors
  private laggingMs: number | undefined

  /** @param to the new revision. */
  constructor(
    private readonly deps: SideWatchDeps,
    private readonly to: string,
    kept?: KeptCounts,
  ) {
    this.counts = new SideCounts(kept?.counted)
    this.errors = kept?.errors ?? NO_ERRORS
  }

  get kept(): KeptCounts {
    return { counted: this.counts.state, errors: this.errors }
  }

  /** Instances that run the revision have thrown. */
  threw(hash: string, exceptions: number): void {
    const { from, to } = this.errors
    this.errors = hash === this.to ? { from, to: to + exceptions } : { from: from + exceptions, to }
  }

  /** What it has done since it was looked at last counts for the revision that it pins. */
  look(record: InstanceRecord): void {
    const { providers, traded } = this.deps
    const { scope, hash } = record.stored
    const money = moneyOf(record, (provider) => providers.openOrders(provider)?.accountOf(record))
    const fills = Object.entries(scope).flatMap(([provider, { symbols }]) =>
      symbols.map((symbol) => traded.of(record, provider, symbol).fills),
    )
    const side = hash === this.to ? 'to' : 'from'
    this.counts.observe(record.key, side, { money, fills: fills.reduce((sum, one) => sum + one, 0) })
  }

  /** All were looked at. */
  endRound(): void {
    this.counts.endRound(this.deps.now())
  }

  /** Keys of those that are still there. */
  keep(keys: ReadonlySet<number>): void {
    this.counts.keep(keys)
  }

  /** @param failures of the side. */
  side(name: SideName, hash: string, all: readonly InstanceRecord[], failures: number): Side {
    const own = all.filter((record) => (record.stored.hash === this.to) === (name === 'to'))
    const errors = this.errors[name] + failures
    return { hash, instances: own.length, ...this.counts.view(name), errors, lagMs: this.lagOf(own) }
  }

  /** Why those that have moved are to be taken back; undefined: they are not. */
  whyAbort({ abortIf, failed }: StoredRollout, moved: readonly InstanceRecord[]): string | undefined {
    const errors = this.errors.to + failed.length
    if (abortIf.errors !== undefined && errors >= abortIf.errors) {
      const last = failed.at(-1)
      return `errors: ${errors}, it ends at ${abortIf.errors}${last ? `; ${last.id} failed: ${last.reason}` : ''}`
    }
    const { drawdownPct } = this.counts
    if (abortIf.drawdownPct !== undefined && drawdownPct >= abortIf.drawdownPct) {
      return `drawdown: ${drawdownPct.toFixed(2)} %, it ends at ${abortIf.drawdownPct} %`
    }
    return abortIf.lagMs === undefined ? undefined : this.whyLag(this.lagOf(moved), abortIf.lagMs)
  }

  private whyLag(lagMs: number, mostMs: number): string | undefined {
    const nowMs = this.deps.elapsed()
    this.laggingMs = lagMs > mostMs ? (this.laggingMs ?? nowMs) : undefined
    if (this.laggingMs === undefined || nowMs - this.laggingMs < LAG_MS) return undefined
    return `lag: ${lagMs} ms behind the market for ${LAG_MS / 1000} s, it ends above ${mostMs} ms`
  }

  private lagOf(records: readonly InstanceRecord[]): number {
    const running = records.filter(({ state }) => state === 'running')
    return running.reduce((worst, { id }) => Math.max(worst, this.deps.hosts.stats(id).lagMs), 0)
  }
}
