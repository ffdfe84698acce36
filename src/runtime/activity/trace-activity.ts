/** Traces launches, and orders from the event that a strategy has answered to their end. */
import { plainText } from '../../schema/plain-text'
import type { Span, Traces } from '../../telemetry/traces'
import type { ActivityOf } from './activity'
import type { ActivityStream } from './activity-stream'

/** Spans that have not ended; beyond it the oldest are ended as they are. */
const MOST_OPEN = 10_000
/** An event that is older is one of a recording: its time says nothing of how long something took. */
const LIVE_MS = 60_000
const ENDS: ReadonlySet<string> = new Set(['FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'])

/** @param now milliseconds since 1970. */
export function traceActivity(activity: ActivityStream, traces: Traces, now: () => number): void {
  const orders = new OpenSpans()
  const launches = new OpenSpans()
  activity.observe('order', (event) => traceOrder(event, orders, traces, now()))
  activity.observe('fill', ({ clientOrderId, fill: { quantity, price, liquidity, timeMs } }) => {
    orders.get(clientOrderId)?.part('fill', { quantity, price, liquidity }, timeMs, Math.max(timeMs, now()))
  })
  activity.observe('state', ({ instance, strategy, hash, state, reason }) => {
    if (state === 'starting') {
      const about = { 'meltica.instance': instance, 'meltica.strategy': strategy, 'meltica.hash': hash }
      launches.put(instance, traces.begin('launch', about))
    } else
      launches.end(instance, state === 'failed' || state === 'restarting' ? plainText(reason ?? 'failed') : undefined)
  })
}

function traceOrder(event: ActivityOf<'order'>, orders: OpenSpans, traces: Traces, nowMs: number): void {
  const { what, instance, provider, order, report, timeMs } = event
  const id = order.clientOrderId
  if (what === 'sent') {
    const isLive = Math.abs(nowMs - timeMs) < LIVE_MS
    const startMs = isLive ? Math.min(timeMs, nowMs) : nowMs
    const span = traces.begin(
      'order',
      {
        'meltica.instance': instance,
        'meltica.provider': provider,
        'meltica.order': id,
        'meltica.symbol': order.symbol,
        'meltica.side': order.side,
        'meltica.type': order.type,
        'meltica.quantity': order.quantity,
      },
      startMs,
    )
    if (isLive) span.part('event to order', {}, startMs, nowMs)
    orders.put(id, span)
    return
  }
  const span = orders.get(id)
  if (span === undefined || what === 'skipped') return
  const state = what === 'unknown' ? 'UNKNOWN' : (report?.payload.state ?? '')
  span.event(state, {})
  if (!ENDS.has(state)) return
  span.note({ 'meltica.state': state })
  // its fill is told after the report
  queueMicrotask(() => orders.end(id, state === 'REJECTED' ? plainText(report?.payload.rejectReason ?? '') : undefined))
}

class OpenSpans {
  private readonly spans = new Map<string, Span>()

  get(key: string): Span | undefined {
    return this.spans.get(key)
  }

  put(key: string, span: Span): void {
    this.end(key)
    this.spans.set(key, span)
    if (this.spans.size > MOST_OPEN) this.end(this.spans.keys().next().value!)
  }

  end(key: string, problem?: string): void {
    this.spans.get(key)?.end(problem)
    this.spans.delete(key)
  }
}
