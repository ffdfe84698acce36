/**
 * Tells one receiver, one message at a time, what it does not know yet. What fails is tried again, each time a little
 * later, for as long as it takes; whoever hangs holds up nobody else.
 */
import type { ReceiverStanding } from '../schema/alert-page'
import type { Receiver } from '../schema/alert-settings'
import type { Log } from '../telemetry/log'
import { type Alert, owedSince } from './alert'
import type { Board } from './board'
import { quietAt } from './quiet-hours'
import { type Send, sendBy } from './receivers/channels'
import { Undelivered } from './receivers/undelivered'

export interface DeliveryDeps {
  readonly board: Board
  readonly environment: string
  readonly groupWaitMs: number
  readonly repeatMs: number
  /** By rule: names of the receivers. */
  readonly receiversOf: (rule: string) => readonly string[]
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  readonly delivered: (receiver: string, outcome: 'sent' | 'failed') => void
}

/** Alerts of one message. */
const MOST = 100
const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 300_000

export class Delivery {
  private readonly send: Send
  private readonly isQuiet: (timeMs: number) => boolean
  private readonly ended = new AbortController()
  private sending: Promise<void> | undefined
  private failures = 0
  /** No attempt before it, by `elapsed`. */
  private nextMs = 0
  /** Why the last attempt failed; undefined: it did not. */
  problem: string | undefined

  constructor(
    private readonly receiver: Receiver,
    private readonly deps: DeliveryDeps,
  ) {
    this.send = sendBy(receiver)
    this.isQuiet = receiver.quietHours ? quietAt(receiver.quietHours) : () => false
  }

  get name(): string {
    return this.receiver.name
  }

  get standing(): ReceiverStanding {
    const { name, receiver, problem, deps } = this
    const nowMs = deps.now()
    const waiting = [...deps.board.all()].filter((alert) => this.isOwed(alert, nowMs)).length
    return {
      name,
      channel: receiver.channel.kind,
      waiting,
      quiet: this.isQuiet(nowMs),
      ...(problem !== undefined && {
        problem,
        nextAttempt: new Date(nowMs + Math.max(0, this.nextMs - deps.elapsed())).toISOString(),
      }),
    }
  }

  /** It is to be told how that stands, now or after its quiet hours. */
  isOwed(alert: Alert, nowMs: number): boolean {
    const { repeatMs, receiversOf } = this.deps
    return receiversOf(alert.rule).includes(this.name) && owedSince(alert, this.name, nowMs, repeatMs) !== undefined
  }

  /** Begins to tell what has waited for long enough to be told with what came after it. */
  attend(): void {
    const { deps } = this
    if (this.sending !== undefined || this.ended.signal.aborted || deps.elapsed() < this.nextMs) return
    const nowMs = deps.now()
    const owed = this.owed(nowMs)
    if (owed.length === 0) return
    if (!owed.some(({ since }) => nowMs - since >= deps.groupWaitMs)) return
    const alerts = owed.slice(0, MOST).map(({ alert }) => alert)
    this.sending = this.tell(alerts, nowMs).finally(() => {
      this.sending = undefined
    })
  }

  /** What is on its way is given up: it is told when the gateway runs again. */
  async end(): Promise<void> {
    this.ended.abort()
    await this.sending
  }

  /** What matters most comes first, then what has waited longest. */
  private owed(nowMs: number): { readonly alert: Alert; readonly since: number }[] {
    const { board, repeatMs, receiversOf } = this.deps
    const isQuiet = this.isQuiet(nowMs)
    return [...board.all()]
      .flatMap((alert) => {
        if (!receiversOf(alert.rule).includes(this.name)) return []
        if (isQuiet && alert.severity !== 'critical') return []
        const since = owedSince(alert, this.name, nowMs, repeatMs)
        return since === undefined ? [] : [{ alert, since }]
      })
      .sort((a, b) => rank(a.alert) - rank(b.alert) || a.since - b.since)
  }

  private async tell(alerts: readonly Alert[], nowMs: number): Promise<void> {
    const { board, environment, delivered, log } = this.deps
    const receiver = this.name
    try {
      await this.send({ environment, receiver, atMs: nowMs, alerts }, this.ended.signal)
      board.told(receiver, alerts, nowMs)
      this.problem = undefined
      this.failures = 0
      delivered(receiver, 'sent')
    } catch (error) {
      if (this.ended.signal.aborted) return
      this.failures++
      const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LAST_RETRY_MS)
      const asked = error instanceof Undelivered ? error.waitMs : 0
      this.nextMs = this.deps.elapsed() + Math.max(waitMs, asked)
      this.problem = error instanceof Error ? error.message : String(error)
      delivered(receiver, 'failed')
      const isOurs = !(error instanceof Undelivered)
      log('warn', 'alerts were not delivered; tried again', {
        receiver,
        reason: this.problem,
        attempts: this.failures,
        ...(isOurs && { error }),
      })
    }
  }
}

const rank = ({ severity }: Alert): number => (severity === 'critical' ? 0 : 1)
