/** What happened, in a line: whom it is about, and what. */
import type { FeedItem, FeedItemOf } from '../../../schema/feed'
import type { HeardItem } from './heard'

/** Whom it is about, and what happened to it. */
export function eventText({ known, json }: HeardItem): readonly [subject: string, text: string] {
  return known ? knownText(known) : ['', JSON.stringify(json)]
}

function knownText(item: FeedItem): readonly [string, string] {
  switch (item.type) {
    case 'order':
      return [item.instance, orderText(item)]
    case 'fill': {
      const { side, quantity, symbol, price, fee, feeCurrency } = item.fill
      return [item.instance, `${side} ${quantity} ${symbol} at ${price}, fee ${fee} ${feeCurrency} (${item.provider})`]
    }
    case 'log':
      return [item.instance, `${item.level}: ${item.message}`]
    case 'state':
      return [item.instance, `${item.state} on ${item.strategy}@${item.hash.slice(0, 19)}${because(item.reason)}`]
    case 'tag':
      return [
        `${item.strategy}:${item.tag}`,
        `${item.before ?? 'nothing'} -> ${item.after ?? 'nothing'} by ${item.who}`,
      ]
    case 'rollout': {
      const { what, moved, waiting, failed, instance } = item
      const counts = `${moved} moved, ${waiting} waiting, ${failed} failed${because(item.reason)}`
      return [`${item.strategy}:${item.tag}`, `${what}${instance === undefined ? '' : ` ${instance}`}: ${counts}`]
    }
    case 'risk':
      return [subjectOf(item), `${item.breach ?? item.what}: ${item.reason}`]
    case 'audit':
      return [item.subject, `${item.what} by ${item.who}`]
    case 'provider':
      return [item.provider, `${item.status}${item.stale ? ', gone quiet' : ''}${because(item.reason)}`]
    case 'missed':
      return ['', `something is missing between ${item.after} and ${item.until}: ${item.reason}`]
  }
}

const because = (reason: string | undefined) => (reason === undefined ? '' : `: ${reason}`)

function orderText({ what, order, provider }: FeedItemOf<'order'>): string {
  const { side, quantity, symbol, type, price, stopPrice, state, filledQuantity, rejectReason } = order
  const at = price === undefined ? '' : ` ${price}`
  const stop = stopPrice === undefined ? '' : ` from ${stopPrice} on`
  const outcome = what === 'reported' ? `${state}, ${filledQuantity} filled` : what
  return `${side} ${quantity} ${symbol} ${type}${at}${stop}: ${outcome}${because(rejectReason)} (${provider})`
}

/** The instances that a breach is about, or how many there are. */
function subjectOf({ instances, provider = '' }: FeedItemOf<'risk'>): string {
  if (instances.length === 0) return provider
  return instances.length > FEW ? `${instances.length} instances` : instances.join(' ')
}

const FEW = 3
