/** Something that is wrong, or was: from when to when, and who has been told of it. */
import type { AlertKind, Severity } from '../schema/alerts'

/** What an alert is about. */
export interface Labels {
  readonly instance?: string
  readonly strategy?: string
  readonly provider?: string
  readonly currency?: string
}

/** Something that holds now, or has happened. */
export interface Found {
  /** Tells apart what one rule finds. */
  readonly subject: string
  readonly labels: Labels
  /** A sentence. */
  readonly summary: string
  /** What was measured, with its unit. */
  readonly value?: string
}

/** Times in ms since 1970. */
export interface Alert extends Found {
  readonly rule: string
  readonly when: AlertKind
  readonly severity: Severity
  readonly sinceMs: number
  readonly heldMs: number
  /** Undefined while it does not hold for long enough. */
  readonly firedMs?: number
  readonly endedMs?: number
  /** By receiver. */
  readonly told: Readonly<Record<string, Told>>
}

interface Told {
  readonly atMs: number
  /** It was told as over. */
  readonly isEnd: boolean
}

/** The same for all that is told of it, and of no other. */
export const alertId = ({ rule, subject, sinceMs }: Alert): string =>
  [rule, subject, sinceMs.toString(36)].filter((part) => part !== '').join(':')

export const isOver = ({ endedMs }: Alert): boolean => endedMs !== undefined

/** Since when a receiver has something to be told of; undefined: it knows all. @param repeatMs what goes on is told again. */
export function owedSince(alert: Alert, receiver: string, nowMs: number, repeatMs: number): number | undefined {
  const { firedMs, endedMs, told } = alert
  if (firedMs === undefined) return undefined
  const last = told[receiver]
  if (last === undefined) return firedMs
  if (endedMs !== undefined) return last.isEnd ? undefined : endedMs
  if (last.isEnd) return firedMs
  const dueMs = last.atMs + repeatMs
  return dueMs <= nowMs ? Number.NEGATIVE_INFINITY : undefined
}
