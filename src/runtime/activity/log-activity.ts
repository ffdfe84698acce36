/** Tells the gateway's own log of what operators look for there: fills, and whatever is entered into the audit. */
import type { Log } from '../../telemetry/log'
import type { ActivityStream } from './activity-stream'

export function logActivity(activity: ActivityStream, log: Log): void {
  activity.observe('fill', ({ instance, provider, fill: { symbol, side, quantity, price, fee } }) =>
    log('info', 'order filled', { instance, provider, symbol, side, quantity, price, fee }),
  )
  activity.observe('audit', ({ entry: { timeMs: _, ...fields } }) =>
    log('info', fields.what.replaceAll('_', ' '), fields),
  )
}
