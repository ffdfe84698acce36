/** What happens as the entries of the feed tell it. */
import type { FeedItem, FeedItemOf } from '../../schema/feed'
import { type ExecutionReport, type Fill, type Order, sideWord } from '../../schema/orders'
import type { Activity, ActivityOf } from '../activity/activity'

/** What the feed tells; of revisions the audit tells, and of exceptions the log. */
export type Told = Exclude<Activity, { kind: 'revision' | 'exception' }>

const time = (ms: number) => new Date(ms).toISOString()
const given = (reason: string | undefined) => reason !== undefined && { reason }

/** @param strategy the name of the strategy of the instance that it is about, if it is about one. */
export function itemOf(activity: Told, strategy: string): FeedItem {
  switch (activity.kind) {
    case 'order':
      return orderItem(activity, strategy)
    case 'fill':
      return fillItem(activity, strategy)
    case 'log': {
      const { instance, line } = activity
      const { timeMs, level, source, message } = line
      return { at: time(timeMs), type: 'log', instance, strategy, level, source, message }
    }
    case 'state': {
      const { instance, hash, state, reason, isRestarted, timeMs } = activity
      const restarted = isRestarted && { restarted: true as const }
      return { at: time(timeMs), type: 'state', instance, strategy, hash, state, ...restarted, ...given(reason) }
    }
    case 'tag':
      return tagItem(activity)
    case 'audit': {
      const { timeMs, ...change } = activity.entry
      return { at: time(timeMs), type: 'audit', ...change }
    }
    case 'provider': {
      const { provider, status, reason, isStale: stale, timeMs } = activity
      return { at: time(timeMs), type: 'provider', provider, status, stale, ...given(reason) }
    }
    case 'rollout': {
      const { kind: type, timeMs, instance, reason, ...rollout } = activity
      return { at: time(timeMs), type, ...rollout, ...(instance !== undefined && { instance }), ...given(reason) }
    }
    case 'risk':
      return riskItem(activity, strategy)
  }
}

function orderItem(
  { instance, provider, what, order, report, timeMs }: ActivityOf<'order'>,
  strategy: string,
): FeedItem {
  const about = { at: time(timeMs), type: 'order' as const, instance, strategy, provider, what }
  const shown = shownOrder(order, report?.payload)
  return { ...about, order: what === 'unknown' ? { ...shown, state: 'UNKNOWN' } : shown }
}

/** As the lists of orders show it. */
function shownOrder(
  { provider: _, side, ...order }: Order,
  payload: ExecutionReport['payload'] | undefined,
): FeedItemOf<'order'>['order'] {
  const { filledQuantity = '0', remainingQty = order.quantity, avgFillPrice = '0' } = payload ?? {}
  return {
    ...order,
    ...(payload && payload.exchangeOrderId !== '' && { exchangeOrderId: payload.exchangeOrderId }),
    side: sideWord(side),
    state: payload?.state ?? 'PENDING',
    filledQuantity,
    remainingQty,
    avgFillPrice,
    ...(payload?.rejectReason && { rejectReason: payload.rejectReason }),
  }
}

function fillItem(
  { instance, provider, executionId, clientOrderId, fill }: ActivityOf<'fill'>,
  strategy: string,
): FeedItem {
  const { timeMs, side, ...amounts }: Fill = fill
  const about = { at: time(timeMs), type: 'fill' as const, instance, strategy, provider }
  return { ...about, fill: { executionId, clientOrderId, side: sideWord(side), ...amounts } }
}

function tagItem({ change }: ActivityOf<'tag'>): FeedItem {
  const { strategy, tag, actor: who, when } = change
  const before = change.before !== '' && { before: change.before }
  const after = change.kind === 'tag-moved' && { after: change.after }
  return { at: time(when), type: 'tag', strategy, tag, ...before, ...after, who }
}

function riskItem(activity: ActivityOf<'risk'>, strategy: string): FeedItem {
  const type = 'risk' as const
  switch (activity.what) {
    case 'killed':
    case 'reducing':
    case 'resumed': {
      const { what, target, instances, reason, timeMs } = activity
      const provider = target.scope === 'provider' && { provider: target.subject }
      return { at: time(timeMs), type, what, instances: [...instances], ...provider, reason }
    }
    case 'breach': {
      const { what, instance, refused } = activity
      const { provider, symbol, refusal, timeMs } = refused
      const { type: breach, reason } = refusal.breach
      return { at: time(timeMs), type, what, instances: [instance], strategy, provider, symbol, breach, reason }
    }
    case 'lag': {
      const { what, instance, lagMs, timeMs } = activity
      const about = { at: time(timeMs), type, what, instances: [instance], strategy }
      if (lagMs === undefined) return { ...about, reason: 'it has caught up with the market' }
      return { ...about, lagMs, reason: 'it is too far behind the market to trade' }
    }
    case 'liquidated': {
      const { what, instance, provider, liquidation } = activity
      const { timeMs, symbol, currency, reason } = liquidation
      return { at: time(timeMs), type, what, instances: [instance], strategy, provider, symbol, currency, reason }
    }
  }
}
