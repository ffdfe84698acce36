/**
 * Finds out what is wrong and sees to it that everybody who is to know is told, at least once. What happens comes from the
 * durable feed, from where it was read up to before a restart or a crash; what holds is looked at once a second. Both,
 * and who was told of what, are kept in the store.
 */
import type { FeedReader } from '../runtime/feed/feed-reader'
import { ALERT_STATUSES, type AlertItem, type AlertsStanding } from '../schema/alert-page'
import type { AlertRule, AlertSettings } from '../schema/alert-settings'
import type { FeedItem, FeedType } from '../schema/feed'
import type { ReadinessProblem } from '../schema/health'
import type { Reading } from '../store/reading'
import type { Store } from '../store/store'
import type { Log } from '../telemetry/log'
import type { Metrics } from '../telemetry/metrics'
import type { Alert } from './alert'
import { Attempts } from './attempts'
import { Board } from './board'
import { Counts } from './counts'
import { Delivery } from './delivery'
import { FINDERS, type FinderDeps } from './finders'
import type { Measures } from './measures'
import { alertJson } from './message'

export interface AlertsDeps {
  readonly settings: AlertSettings
  readonly environment: string
  readonly measures: Measures
  readonly store: Pick<Store, 'alerts' | 'problem'>
  readonly feed: {
    readonly newest: number
    readonly reader: (filter: { readonly types: ReadonlySet<FeedType> }, after: number) => FeedReader
  }
  /** Reads so that nobody waits for the thread. */
  readonly inTurns: <T>(reading: Reading<T>) => Promise<T>
  readonly metrics: Pick<Metrics, 'alertDelivered' | 'alertsFiring'>
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

const TURN_MS = 200
/** Between two looks at what holds. */
const LOOK_MS = 1000
/** So often it is kept how far the feed was read, when nothing was found. */
const KEPT_EVERY_MS = 10_000

export class Alerts implements AsyncDisposable {
  private readonly board: Board
  private readonly counts: Counts
  private readonly finding: FinderDeps
  private readonly reader: FeedReader
  private readonly attempts: Attempts
  private readonly deliveries: readonly Delivery[]
  private readonly timer: ReturnType<typeof setInterval>
  private turning: Promise<void> | undefined
  private lookedMs = Number.NEGATIVE_INFINITY
  private keptMs = Number.NEGATIVE_INFINITY
  private kept = -1

  constructor(private readonly deps: AlertsDeps) {
    const { settings, store, feed, measures } = deps
    const { rules, receivers } = settings
    const reading = store.alerts.reading()
    this.attempts = new Attempts(deps.log)
    this.board = new Board(rules, store.alerts.all())
    this.counts = new Counts(reading?.counted ?? '[]')
    this.finding = { measures, counts: this.counts }
    const types = new Set(rules.flatMap(({ when }) => FINDERS[when].types))
    // what was before alerts were asked for is nobody's concern
    this.reader = feed.reader({ types }, reading?.last ?? feed.newest)
    const byName = new Map(rules.map((rule) => [rule.name, rule.receivers]))
    const telling = {
      ...deps,
      ...settings,
      board: this.board,
      receiversOf: (rule: string) => byName.get(rule) ?? [],
      delivered: (receiver: string, outcome: 'sent' | 'failed') => deps.metrics.alertDelivered(receiver, outcome),
    }
    this.deliveries = receivers.map((receiver) => new Delivery(receiver, telling))
    if (reading === undefined) this.keep()
    this.timer = setInterval(() => this.turn(), TURN_MS)
  }

  /** Receivers that cannot be told. */
  problems(): ReadinessProblem[] {
    const undelivered = this.deliveries.flatMap(({ name, problem }) =>
      problem === undefined
        ? []
        : [
            {
              message: `alerts cannot be delivered to ${name}: ${problem}`,
              hint: `check the receiver ${name} in the configuration: what it was not told is tried again`,
            },
          ],
    )
    const failing = this.attempts.problems.map(([what, reason]) => ({
      message: `alerts fail ${what}: ${reason}`,
      hint: 'it is tried again; see the log',
    }))
    const { lost } = this.board
    const hint = 'bring the receivers back, or make fewer rules'
    const given = lost === 0 ? [] : [{ message: `${lost} alerts were given up: there were too many to be told`, hint }]
    return [...undelivered, ...failing, ...given]
  }

  /** What holds, who knows of it, and who is still to be told. */
  standing(): AlertsStanding {
    const nowMs = this.deps.now()
    const alerts = [...this.board.all()].map((alert) => this.shown(alert, nowMs))
    return {
      alerts: alerts.sort((a, b) => rank(a) - rank(b) || (a.since < b.since ? 1 : -1)),
      receivers: this.deliveries.map(({ standing }) => standing),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.timer)
    await Promise.all(this.deliveries.map((delivery) => delivery.end()))
    await this.turning
    await this.attempts.make('to keep what was found', () => this.keep())
  }

  private shown(alert: Alert, nowMs: number): AlertItem {
    const { firedMs, told } = alert
    return {
      ...alertJson(alert),
      ...(firedMs === undefined ? { status: 'pending' } : { fired: new Date(firedMs).toISOString() }),
      told: Object.entries(told).map(([receiver, { atMs, isEnd }]) => {
        return { receiver, status: isEnd ? 'resolved' : 'firing', at: new Date(atMs).toISOString() }
      }),
      waiting: this.deliveries.filter((delivery) => delivery.isOwed(alert, nowMs)).map(({ name }) => name),
    }
  }

  private turn(): void {
    this.turning ??= this.attempts
      .make('to be told', () => this.work())
      .finally(() => {
        this.turning = undefined
      })
  }

  /** What of it fails stops nothing else: what is known is told. */
  private async work(): Promise<void> {
    const { attempts } = this
    await attempts.make('to read what has happened', () => this.listen())
    const { settings, elapsed, store } = this.deps
    if (elapsed() - this.lookedMs >= LOOK_MS) await this.look()
    this.board.tidy(settings.rules)
    const isDue = elapsed() - this.keptMs >= KEPT_EVERY_MS && this.reader.position !== this.kept
    // while the disk fails it is all in memory; that is told, too
    if (store.problem === undefined && (this.board.isChanged || isDue)) {
      await attempts.make('to keep what was found', () => this.keep())
    }
    for (const delivery of this.deliveries) delivery.attend()
  }

  /** To what has happened: of much of it for no longer than a turn, so that the rest is not put off by it. */
  private async listen(): Promise<void> {
    const { settings, now, elapsed, inTurns, log } = this.deps
    for (const endMs = elapsed() + TURN_MS; elapsed() < endMs; ) {
      const heard = await inTurns(this.reader.next())
      if (heard.length === 0) return
      for (const { item } of heard) {
        if (item.type === 'missed') log('warn', 'alerts have missed what happened', { reason: item.reason })
      }
      for (const rule of settings.rules) {
        await this.attempts.make(`to hear of ${rule.name}`, () => {
          for (const { item } of heard) this.hear(rule, item, now())
        })
      }
    }
  }

  private hear(rule: AlertRule, item: FeedItem, nowMs: number): void {
    const found = FINDERS[rule.when].heard(rule, item, nowMs, this.finding)
    if (found) this.board.happened(rule, found, nowMs)
  }

  /** At what holds. */
  private async look(): Promise<void> {
    const { settings, now, elapsed, metrics } = this.deps
    this.lookedMs = elapsed()
    const nowMs = now()
    for (const rule of settings.rules) {
      await this.attempts.make(`to look at ${rule.name}`, () => {
        this.board.sync(rule, FINDERS[rule.when].holding(rule, nowMs, this.finding), nowMs)
      })
    }
    metrics.alertsFiring(this.board.firing())
  }

  private keep(): void {
    const { position } = this.reader
    this.board.save(this.deps.store.alerts, position, this.counts.text)
    this.keptMs = this.deps.elapsed()
    this.kept = position
  }
}

const rank = ({ status }: AlertItem): number => ALERT_STATUSES.indexOf(status)
