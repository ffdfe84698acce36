/** What alerts are found by: the rooms of the gateway as far as they are asked, and what is measured beside them. */
import { statfs } from 'node:fs/promises'
import type { AlertFilter } from '../schema/alert-settings'
import type { WorthScope } from '../schema/alerts'
import type { Labels } from './alert'

/** How something does in one currency. */
export interface Standing {
  /** An id or a name; '' for all. */
  readonly subject: string
  readonly currency: string
  /** A decimal. */
  readonly pnlToday: string
  /** Percentages, 0 or below. */
  readonly drawdownPct: number
  readonly drawdownPctToday: number
}

/** An instance as far as alerts name it. */
export interface KnownInstance {
  readonly id: string
  readonly strategy: string
  readonly providers: readonly string[]
}

export interface Measures {
  /** Undefined when there is no such instance any more. */
  readonly instance: (id: string) => KnownInstance | undefined
  readonly failed: () => { readonly instance: string; readonly reason: string }[]
  /** How far those that run are behind the market. */
  readonly lags: () => { readonly instance: string; readonly lagMs: number }[]
  readonly standings: (of: WorthScope) => Standing[]
  /** Providers that are to run and give no events. */
  readonly silent: () => { readonly provider: string; readonly reason: string }[]
  readonly unknownOrders: () => {
    readonly provider: string
    readonly instance: string
    readonly clientOrderId: string
  }[]
  /** Undefined while it is not known. */
  readonly diskFreePct: () => number | undefined
  /** Why the journal cannot be written. */
  readonly journalProblem: () => string | undefined
}

/** @param providers where it trades, when it is about an instance. */
export function admits(filter: AlertFilter, labels: Labels, providers: readonly string[] = []): boolean {
  const { strategy, instance, provider } = filter
  if (strategy !== undefined && labels.strategy !== strategy) return false
  if (instance !== undefined && labels.instance !== instance) return false
  return provider === undefined || labels.provider === provider || providers.includes(provider)
}

/** Looked at in the background: a disk that hangs stops nobody. */
export class DiskWatch {
  private lookedMs = Number.NEGATIVE_INFINITY
  private isLooking = false
  freePct: number | undefined

  constructor(
    private readonly directory: string,
    private readonly everyMs: number,
  ) {}

  /** @param nowMs of any clock. */
  look(nowMs: number): void {
    if (this.isLooking || nowMs - this.lookedMs < this.everyMs) return
    this.lookedMs = nowMs
    this.isLooking = true
    void this.measure().finally(() => {
      this.isLooking = false
    })
  }

  private async measure(): Promise<void> {
    try {
      const { bavail, blocks } = await statfs(this.directory)
      this.freePct = blocks > 0 ? (100 * bavail) / blocks : undefined
    } catch {
      // the journal says so where it matters
      this.freePct = undefined
    }
  }
}
