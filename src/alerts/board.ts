/**
 * All alerts there are: those that hold, and those that are over and of which somebody has still to be told. What has to be
 * told is not queued but follows from this, so that a receiver that is away costs no more than it takes to know what is
 * wrong, and hears of everything when it is back.
 */
import type { AlertRule } from '../schema/alert-settings'
import type { AlertTable, StoredAlert } from '../store/alerts'
import { type Alert, type Found, isOver } from './alert'

/** Beyond it those that are over longest are given up, and what begins is left out while none is over. */
const MOST = 10_000

const keyOf = (rule: string, subject: string) => JSON.stringify([rule, subject])

export class Board {
  private readonly alerts = new Map<string, Alert>()
  private readonly changed = new Set<string>()
  /** Keys of those that are over, in the order of their ends. */
  private readonly over = new Set<string>()
  private givenUp = 0
  /** By rule: how many of what it has found last there is no room for. */
  private readonly leftOut = new Map<string, number>()

  constructor(rules: readonly AlertRule[], stored: readonly StoredAlert[]) {
    const known = new Set(rules.map(({ name }) => name))
    for (const { rule, subject, body } of stored) {
      const key = keyOf(rule, subject)
      if (known.has(rule)) this.put(JSON.parse(body), false)
      else this.changed.add(key)
    }
  }

  /** How many nobody is told of, for there are too many. */
  get lost(): number {
    return [...this.leftOut.values()].reduce((sum, count) => sum + count, this.givenUp)
  }

  all(): IterableIterator<Alert> {
    return this.alerts.values()
  }

  /** How many hold, by rule. */
  firing(): Map<string, { readonly severity: Alert['severity']; readonly count: number }> {
    const firing = new Map<string, { readonly severity: Alert['severity']; readonly count: number }>()
    for (const alert of this.alerts.values()) {
      if (alert.firedMs === undefined || isOver(alert)) continue
      const { rule, severity } = alert
      firing.set(rule, { severity, count: (firing.get(rule)?.count ?? 0) + 1 })
    }
    return firing
  }

  /** Something has happened that is to be told, whether it still holds or not. */
  happened(rule: AlertRule, found: Found, nowMs: number): void {
    if (rule.forMs === 0 && !this.holds(rule, found, nowMs)) this.givenUp++
  }

  /** @param found all that the rule finds now. */
  sync(rule: AlertRule, found: readonly Found[], nowMs: number): void {
    this.leftOut.set(rule.name, found.filter((one) => !this.holds(rule, one, nowMs)).length)
    const holding = new Set(found.map(({ subject }) => subject))
    for (const alert of this.alerts.values()) {
      if (alert.rule === rule.name && !isOver(alert) && !holding.has(alert.subject)) this.ends(rule, alert, nowMs)
    }
  }

  /** A receiver has been told of them as they are in the list. */
  told(receiver: string, alerts: readonly Alert[], atMs: number): void {
    for (const before of alerts) {
      const key = keyOf(before.rule, before.subject)
      const alert = this.alerts.get(key)
      if (alert) this.put({ ...alert, told: { ...alert.told, [receiver]: { atMs, isEnd: isOver(before) } } })
    }
  }

  /** Removes those that are over and that everybody knows of. */
  tidy(rules: readonly AlertRule[]): void {
    const receivers = new Map(rules.map((rule) => [rule.name, rule.receivers]))
    for (const alert of this.alerts.values()) {
      const isKnown = (receivers.get(alert.rule) ?? []).every((receiver) => alert.told[receiver]?.isEnd)
      if (isOver(alert) && isKnown) this.remove(alert)
    }
  }

  /** There is something to be kept. */
  get isChanged(): boolean {
    return this.changed.size > 0
  }

  /** What has changed goes into the store. @param last how far the feed was read. @param counted JSON. */
  save(table: AlertTable, last: number, counted: string): void {
    const saved: StoredAlert[] = []
    const gone: Omit<StoredAlert, 'body'>[] = []
    for (const key of this.changed) {
      const [rule, subject] = JSON.parse(key)
      const alert = this.alerts.get(key)
      if (alert) saved.push({ rule, subject, body: JSON.stringify(alert) })
      else gone.push({ rule, subject })
    }
    table.save(saved, gone, { last, counted })
    this.changed.clear()
  }

  /** @returns false when there is no room for it. */
  private holds(rule: AlertRule, found: Found, nowMs: number): boolean {
    const { name, when, severity, forMs } = rule
    const before = this.alerts.get(keyOf(name, found.subject))
    if (!before && !this.hasRoom()) return false
    // one that holds again before its end was told goes on
    const { sinceMs = nowMs, firedMs, told = {} } = before && !(isOver(before) && isTold(before)) ? before : {}
    const fires = firedMs ?? (nowMs - sinceMs >= forMs ? nowMs : undefined)
    const alert: Alert = {
      ...found,
      rule: name,
      when,
      severity,
      sinceMs,
      heldMs: nowMs,
      told,
      ...(fires !== undefined && { firedMs: fires }),
    }
    const isNews = !before || before.firedMs !== alert.firedMs || isOver(before) || before.severity !== severity
    this.put(alert, isNews)
    return true
  }

  private ends(rule: AlertRule, alert: Alert, nowMs: number): void {
    if (alert.firedMs === undefined) this.remove(alert)
    else if (nowMs - alert.heldMs >= rule.endsAfterMs) this.put({ ...alert, endedMs: nowMs })
  }

  /** @param isKept what it measures changes all the time and need not outlast the process. */
  private put(alert: Alert, isKept = true): void {
    const key = keyOf(alert.rule, alert.subject)
    this.alerts.set(key, alert)
    if (!isOver(alert)) this.over.delete(key)
    else this.over.add(key)
    if (isKept) this.changed.add(key)
  }

  private remove({ rule, subject }: Alert): void {
    const key = keyOf(rule, subject)
    this.alerts.delete(key)
    this.over.delete(key)
    this.changed.add(key)
  }

  /** Makes it where it can. */
  private hasRoom(): boolean {
    if (this.alerts.size < MOST) return true
    const [oldest] = this.over
    if (oldest === undefined) return false
    this.remove(this.alerts.get(oldest)!)
    this.givenUp++
    return true
  }
}

/** Somebody knows that it is over: another one begins. */
const isTold = ({ told }: Alert): boolean => Object.values(told).some(({ isEnd }) => isEnd)
