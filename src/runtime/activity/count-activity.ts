/** Counts for the metrics: orders, fills, refusals, kill switches, and moves and deletions of tags. */
import type { Registry } from '../../registry/registry'
import type { Metrics } from '../../telemetry/metrics'
import type { RiskBook, Target } from '../risk/risk-book'
import type { RevisionActivity, TagActivity } from './activity'
import type { ActivityStream } from './activity-stream'

export interface CountDeps {
  readonly metrics: Metrics
  readonly registry: Pick<Registry, 'knows'>
  /** Which kill switches are set from the beginning. */
  readonly book: Pick<RiskBook, 'engaged'>
}

export function countActivity(activity: ActivityStream, { metrics, registry, book }: CountDeps): void {
  const bound = ({ scope, subject }: Target, kills: boolean, reduces: boolean) => {
    metrics.killSwitch(scope, subject, kills)
    metrics.reduceOnly(scope, subject, reduces)
  }
  for (const engaged of book.engaged()) bound(engaged, engaged.mode === 'kill', engaged.mode !== 'kill')
  activity.observe('order', ({ what, provider }) => {
    if (what === 'sent') metrics.orderSent(provider)
    if (what === 'skipped') metrics.orderSkipped(provider)
  })
  activity.observe('fill', ({ provider }) => metrics.filled(provider))
  activity.observe('risk', (event) => {
    if (event.what === 'breach') metrics.riskBreach(event.refused.provider, event.refused.refusal.breach.type)
    if ('target' in event) bound(event.target, event.what === 'killed', event.what === 'reducing')
  })
  activity.observe('tag', ({ change }) => countTag(change, metrics))
  activity.observe('revision', ({ change }) => countRevision(change, metrics))
  const endIfGone = ({ change }: TagActivity | RevisionActivity) => {
    const mayEnd = change.kind === 'revision-deleted' || change.kind === 'tag-deleted'
    if (mayEnd && !registry.knows(change.strategy)) metrics.strategyGone(change.strategy)
  }
  activity.observe('tag', endIfGone)
  activity.observe('revision', endIfGone)
}

function countTag(change: TagActivity['change'], metrics: Metrics): void {
  const { strategy, tag, before } = change
  if (change.kind === 'tag-deleted') {
    metrics.tagGone(strategy, tag)
    metrics.tagDeleted(strategy, tag, change.allowOrphan)
  } else if (before !== '' && before !== change.after) metrics.tagReassigned(strategy, tag)
}

function countRevision(change: RevisionActivity['change'], metrics: Metrics): void {
  if (change.kind !== 'revision-deleted') return
  for (const tag of change.tags) metrics.tagGone(change.strategy, tag)
}
