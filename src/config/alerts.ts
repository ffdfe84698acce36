/** Alerts with every default filled in, as the gateway works with them. */

import type { AlertRule, AlertSettings, Channel, Receiver } from '../schema/alert-settings'
import type { AlertRuleBody, AlertsBody, ReceiverBody } from '../schema/alerts'
import { durationMs } from '../schema/risk-set'
import { KIND_TERMS } from './alert-kinds'

const DEFAULTS = {
  groupWait: '10s',
  repeat: '4h',
  every: '1m',
  timeout: '10s',
  telegram: 'https://api.telegram.org',
} as const

/** @param alerts in which nothing is wrong. */
export function alertSettings(alerts: AlertsBody): AlertSettings {
  const { rules = [], receivers = [], deadman } = alerts
  const everybody = receivers.map(({ name }) => name)
  return {
    groupWaitMs: durationMs(alerts.groupWait ?? DEFAULTS.groupWait),
    repeatMs: durationMs(alerts.repeat ?? DEFAULTS.repeat),
    rules: rules.map((rule) => ruleOf(rule, everybody)),
    receivers: receivers.map(receiverOf),
    ...(deadman && {
      deadman: {
        url: deadman.url,
        everyMs: durationMs(deadman.every ?? DEFAULTS.every),
        method: deadman.method ?? 'GET',
      },
    }),
  }
}

function ruleOf(rule: AlertRuleBody, everybody: readonly string[]): AlertRule {
  const { when, strategy, instance, provider } = rule
  const terms = KIND_TERMS[when]
  return {
    name: rule.name ?? when,
    when,
    severity: rule.severity ?? terms.severity,
    forMs: durationMs(rule.for ?? '0s'),
    endsAfterMs: durationMs(rule.endsAfter ?? terms.endsAfter),
    limit: String(rule.above ?? rule.below ?? terms.atFirst ?? ''),
    withinMs: durationMs(rule.within ?? terms.within ?? '0s'),
    of: rule.of ?? 'instance',
    since: rule.since ?? 'start',
    filter: {
      ...(strategy !== undefined && { strategy }),
      ...(instance !== undefined && { instance }),
      ...(provider !== undefined && { provider }),
    },
    receivers: rule.to ?? everybody,
  }
}

function receiverOf(receiver: ReceiverBody): Receiver {
  const { name, timeout = DEFAULTS.timeout, quietHours } = receiver
  return {
    name,
    timeoutMs: durationMs(timeout),
    channel: channelOf(receiver),
    ...(quietHours && {
      quietHours: { from: quietHours.from, to: quietHours.to, timeZone: quietHours.timeZone ?? 'UTC' },
    }),
  }
}

function channelOf({ webhook, telegram, slack, command }: ReceiverBody): Channel {
  if (webhook) return { kind: 'webhook', ...webhook }
  if (slack) return { kind: 'slack', ...slack }
  if (telegram) {
    const { token, chat, api = DEFAULTS.telegram } = telegram
    return { kind: 'telegram', token, chat: String(chat), api }
  }
  const { run = [], from, to } = command ?? {}
  return { kind: 'command', run, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}
