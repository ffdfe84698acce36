/**
 * Tells somebody outside again and again that all is well, and says nothing while it is not: whoever waits for the ping
 * raises the alarm, also when this process or its whole machine is gone.
 */
import { pause } from '../flow/stoppable'
import type { DeadmanStanding, PINGS } from '../schema/alert-page'
import type { DeadmanSettings } from '../schema/alert-settings'
import type { Log } from '../telemetry/log'
import type { Metrics } from '../telemetry/metrics'
import { call } from './receivers/http'

export interface DeadmanDeps {
  readonly settings: DeadmanSettings
  /** Why it is to be silent, the worst first. */
  readonly problems: () => readonly string[]
  readonly metrics: Pick<Metrics, 'deadmanPinged'>
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** How long one ping may take. */
const TIMEOUT_MS = 10_000
/** After a ping that failed: well within the patience of whoever waits. */
const RETRIES_PER_TURN = 4

type Ping = (typeof PINGS)[number]

export class Deadman implements AsyncDisposable {
  private readonly ended = new AbortController()
  private readonly running: Promise<void>
  private last: Ping | undefined
  private sentMs: number | undefined
  /** Why the last ping was withheld. */
  private withheld: string | undefined
  /** Why the last ping did not arrive; undefined: it did. */
  problem: string | undefined

  constructor(private readonly deps: DeadmanDeps) {
    this.running = this.run()
  }

  get standing(): DeadmanStanding {
    const { last, sentMs } = this
    const reason = last === 'failed' ? this.problem : this.withheld
    return {
      ...(last !== undefined && { last }),
      ...(reason !== undefined && { reason }),
      ...(sentMs !== undefined && { sent: new Date(sentMs).toISOString() }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ended.abort()
    await this.running
  }

  private async run(): Promise<void> {
    const { everyMs } = this.deps.settings
    while (!this.ended.signal.aborted) {
      const hasArrived = await this.turn()
      await pause(hasArrived ? everyMs : everyMs / RETRIES_PER_TURN, this.ended.signal)
    }
  }

  /** @returns whether a ping has arrived. */
  private async turn(): Promise<boolean> {
    const { settings, problems, log, now } = this.deps
    const [problem] = problems()
    if (problem !== this.withheld) {
      if (problem !== undefined) log('warn', "the dead-man's ping is withheld", { reason: problem })
      else log('info', "the dead-man's ping is sent again")
    }
    this.withheld = problem
    if (problem !== undefined) {
      this.became('withheld')
      return false
    }
    try {
      const timeoutMs = Math.min(settings.everyMs, TIMEOUT_MS)
      await call({ url: settings.url, method: settings.method, timeoutMs }, this.ended.signal)
      this.problem = undefined
      this.sentMs = now()
      this.became('sent')
      return true
    } catch (error) {
      if (this.ended.signal.aborted) return false
      const reason = error instanceof Error ? error.message : String(error)
      if (this.problem === undefined) log('warn', "the dead-man's ping does not arrive; tried again", { reason })
      this.problem = reason
      this.became('failed')
      return false
    }
  }

  private became(ping: Ping): void {
    this.last = ping
    this.deps.metrics.deadmanPinged(ping)
  }
}
