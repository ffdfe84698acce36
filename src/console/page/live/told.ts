/** What happened, in a line. */
import type { FeedItem } from '../../../schema/feed'
import { amount, exact, shortHash } from '../format'

export interface Said {
  readonly kind: string
  readonly text: string
  readonly tone: '' | 'accent' | 'loss' | 'warn'
  /** Whose page has more of it. */
  readonly instance?: string
}

/** Answers of venues that fills tell of anyway are none. */
export function isNews(item: FeedItem): boolean {
  return item.type !== 'order' || item.what !== 'reported' || !TOLD_ELSEWHERE.has(item.order.state)
}

const TOLD_ELSEWHERE = new Set(['ACK', 'PARTIAL', 'FILLED'])

export function said(item: FeedItem): Said {
  switch (item.type) {
    case 'order': {
      const { side, quantity, symbol, state, price, rejectReason } = item.order
      const at = price === undefined ? 'at market' : `@ ${exact(price)}`
      const text = `${item.instance} ${side.toLowerCase()} ${exact(quantity)} ${symbol} ${at}: ${rejectReason ?? (item.what === 'reported' ? state.toLowerCase() : item.what)}`
      return { kind: 'order', text, tone: rejectReason ? 'warn' : '', instance: item.instance }
    }
    case 'fill': {
      const { side, quantity, symbol, price } = item.fill
      return {
        kind: 'fill',
        text: `${item.instance} ${side.toLowerCase()} ${exact(quantity)} ${symbol} @ ${exact(price)}`,
        tone: 'accent',
        instance: item.instance,
      }
    }
    case 'log':
      return { kind: 'log', text: `${item.instance} ${item.message}`, tone: '', instance: item.instance }
    case 'state': {
      const { instance, state, reason } = item
      const text = `${instance} ${state}${reason ? `: ${reason}` : ''}`
      return { kind: 'state', text, tone: state === 'failed' || state === 'restarting' ? 'loss' : '', instance }
    }
    case 'tag':
      return {
        kind: 'tag',
        text: `${item.strategy}:${item.tag} ${moved(item.before, item.after)} by ${item.who}`,
        tone: '',
      }
    case 'rollout': {
      const { strategy, tag, what, share, reason } = item
      const text = `${strategy}:${tag} ${what}, ${amount(100 * share, 0)} %${reason ? `: ${reason}` : ''}`
      return { kind: 'rollout', text, tone: what === 'failed' || what === 'aborted' ? 'loss' : '' }
    }
    case 'risk': {
      const [instance, ...others] = item.instances
      const whom =
        instance === undefined ? '' : others.length > 0 ? `${others.length + 1} instances: ` : `${instance}: `
      const tone = item.what === 'resumed' ? '' : item.what === 'breach' ? 'warn' : 'loss'
      return { kind: 'risk', text: whom + item.reason, tone, ...(others.length === 0 && instance && { instance }) }
    }
    case 'audit':
      return { kind: 'audit', text: `${item.who} ${words(item.what)} ${item.subject}`, tone: '' }
    case 'provider': {
      const { provider, status, stale, reason } = item
      const text = `${provider} ${stale ? 'is stale' : status}${reason ? `: ${reason}` : ''}`
      return { kind: 'provider', text, tone: status === 'failed' ? 'loss' : stale ? 'warn' : '' }
    }
    case 'missed':
      return { kind: 'missed', text: `${amount(item.until - item.after, 0)} events are no longer kept`, tone: 'warn' }
  }
}

export const words = (code: string): string => code.replaceAll('_', ' ')

const moved = (before?: string, after?: string): string =>
  `${before ? shortHash(before) : 'new'} → ${after ? shortHash(after) : 'deleted'}`
