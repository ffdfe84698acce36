/** What is told in one go: many alerts, as JSON for programs and as text for people. */
import { plainText } from '../schema/plain-text'
import { type Alert, alertId, isOver } from './alert'

export interface Message {
  /** Which gateway it is: the environment of its configuration. */
  readonly environment: string
  readonly receiver: string
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly alerts: readonly Alert[]
}

/** So many are named in a text; a phone shows no more. */
const NAMED = 20
/** Characters of one line of a text. */
const LONGEST = 300

const time = (ms: number) => new Date(ms).toISOString()

/** The body of a webhook; documented in docs/alerts.md. */
export function messageJson({ environment, receiver, atMs, alerts }: Message): string {
  return JSON.stringify({
    version: 1,
    environment,
    receiver,
    at: time(atMs),
    alerts: alerts.map((alert) => ({
      ...alertJson(alert),
      repeated: !isOver(alert) && alert.told[receiver]?.isEnd === false,
    })),
  })
}

/** What is said of an alert to whomever, in JSON. */
export function alertJson(alert: Alert) {
  const { rule, when, severity, labels, summary, value, sinceMs, endedMs } = alert
  return {
    id: alertId(alert),
    status: isOver(alert) ? ('resolved' as const) : ('firing' as const),
    rule,
    when,
    severity,
    ...labels,
    summary: plainText(summary),
    ...(value !== undefined && { value }),
    since: time(sinceMs),
    ...(endedMs !== undefined && { ended: time(endedMs) }),
  }
}

/** A line that says how many there are of what. */
export function messageTitle({ environment, alerts }: Message): string {
  const over = alerts.filter(isOver).length
  const critical = alerts.filter((alert) => !isOver(alert) && alert.severity === 'critical').length
  const parts = [
    [critical, 'critical'],
    [alerts.length - over - critical, 'warning'],
    [over, 'resolved'],
  ] as const
  const told = parts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : []))
  return `Meltica ${environment}: ${told.join(', ')}`
}

/** The title, and a line for each alert; those that are over come last. */
export function messageText(message: Message): string {
  const { alerts } = message
  const sorted = [...alerts.filter((alert) => !isOver(alert)), ...alerts.filter(isOver)]
  const more = alerts.length - NAMED
  return [
    messageTitle(message),
    ...sorted.slice(0, NAMED).map((alert) => lineOf(alert).slice(0, LONGEST)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n')
}

function lineOf(alert: Alert): string {
  const { severity, sinceMs, endedMs } = alert
  const summary = plainText(alert.summary)
  if (endedMs === undefined) return `[${severity}] ${summary} (since ${time(sinceMs)})`
  return `[resolved] ${summary} (${time(sinceMs)} to ${time(endedMs)})`
}
