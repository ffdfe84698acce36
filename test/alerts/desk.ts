/** Alerts over a real store and feed, without a gateway: a test says what is measured, what happens, and what time it is. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Alerts } from '../../src/alerts/alerts'
import type { Measures } from '../../src/alerts/measures'
import { alertSettings } from '../../src/config/alerts'
import { ActivityStream } from '../../src/runtime/activity/activity-stream'
import { Feed } from '../../src/runtime/feed/feed'
import type { AlertsBody } from '../../src/schema/alerts'
import { Readers } from '../../src/store/reading'
import { Store } from '../../src/store/store'
import { Metrics } from '../../src/telemetry/metrics'

/** Nothing is wrong. */
export const QUIET: Measures = {
  instance: (id) => ({ id, strategy: 'grid', providers: id === 'g2' ? ['other'] : ['sim'] }),
  failed: () => [],
  lags: () => [],
  standings: () => [],
  silent: () => [],
  unknownOrders: () => [],
  diskFreePct: () => undefined,
  journalProblem: () => undefined,
}

export interface DeskOptions {
  readonly settings: AlertsBody
  /** Milliseconds by which a look at the clock moves it on. */
  readonly stepMs?: number
}

export class Desk implements AsyncDisposable {
  readonly measures: { -readonly [Name in keyof Measures]: Measures[Name] } = { ...QUIET }
  readonly logged: string[] = []
  readonly activity = new ActivityStream(() => undefined)
  readonly store: Store
  readonly feed: Feed
  alerts: Alerts
  /** What has passed beside real time, ms. */
  passedMs = 0
  private readonly folder = mkdtempSync(join(tmpdir(), 'meltica-desk-'))

  constructor(private readonly options: DeskOptions) {
    this.store = Store.open({ directory: this.folder, log: (_, text) => void this.logged.push(text) })
    const { activity, store } = this
    this.feed = new Feed({ activity, store, strategyOf: () => 'grid', now: () => this.now() })
    this.alerts = this.open()
  }

  /** Ends what watches, and begins anew from what was kept. */
  async reopen(between: () => Promise<void>): Promise<void> {
    await this.alerts[Symbol.asyncDispose]()
    await between()
    this.alerts = this.open()
  }

  /** An instance has logged an error. */
  complains(instance: string, message: string): void {
    const line = { timeMs: this.now(), level: 'error', source: 'strategy', message } as const
    this.activity.publish({ kind: 'log', instance, line })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.alerts[Symbol.asyncDispose]()
    this.feed[Symbol.dispose]()
    this.store[Symbol.dispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private now(): number {
    return Date.now() + this.passedMs
  }

  private open(): Alerts {
    const readers = new Readers()
    const { store, feed, measures, options } = this
    return new Alerts({
      settings: alertSettings(options.settings),
      environment: 'test',
      measures,
      store,
      feed,
      inTurns: (reading) => readers.read(reading),
      metrics: new Metrics({ environment: 'test' }),
      log: (_, text) => void this.logged.push(text),
      now: () => this.now(),
      elapsed: () => {
        this.passedMs += options.stepMs ?? 0
        return performance.now() + this.passedMs
      },
    })
  }
}
