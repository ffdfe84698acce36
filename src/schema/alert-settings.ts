/** Alerts as the gateway works with them: every default filled in, durations in ms. */
import type { AlertKind, Severity, WorthScope } from './alerts'

export interface AlertRule {
  /** No two have the same. */
  readonly name: string
  readonly when: AlertKind
  readonly severity: Severity
  /** How long it has to hold before it is told, ms. */
  readonly forMs: number
  /** How long it has to be over before its end is told, ms. */
  readonly endsAfterMs: number
  /** As it is written: a duration, a number, an amount; '' where the kind has none. */
  readonly limit: string
  /** How far back it counts, ms. */
  readonly withinMs: number
  /** Whose worth is looked at. */
  readonly of: WorthScope
  /** From when on a drawdown counts. */
  readonly since: 'start' | 'today'
  readonly filter: AlertFilter
  /** Names. */
  readonly receivers: readonly string[]
}

/** What is absent admits everything. */
export interface AlertFilter {
  readonly strategy?: string
  readonly instance?: string
  readonly provider?: string
}

/** Times of day as 22:00; it goes over midnight where `to` comes before `from`. */
export interface QuietHours {
  readonly from: string
  readonly to: string
  readonly timeZone: string
}

export type Channel =
  | { readonly kind: 'webhook'; readonly url: string; readonly secret: string }
  | { readonly kind: 'telegram'; readonly token: string; readonly chat: string; readonly api: string }
  | { readonly kind: 'slack'; readonly url: string }
  | CommandChannel

export interface CommandChannel {
  readonly kind: 'command'
  /** The program and its arguments. */
  readonly run: readonly string[]
  readonly from?: string
  readonly to?: string
}

export interface Receiver {
  /** No two have the same. */
  readonly name: string
  readonly channel: Channel
  /** How long one attempt to deliver to it may take. */
  readonly timeoutMs: number
  readonly quietHours?: QuietHours
}

export interface DeadmanSettings {
  readonly url: string
  readonly everyMs: number
  readonly method: 'GET' | 'POST'
}

export interface AlertSettings {
  /** What happens within it is told in one message, ms. */
  readonly groupWaitMs: number
  /** What goes on is told again so often, ms. */
  readonly repeatMs: number
  readonly rules: readonly AlertRule[]
  readonly receivers: readonly Receiver[]
  readonly deadman?: DeadmanSettings
}
