/** What a follower of the feed wants to hear of. */
import type { FeedItem, FeedType } from '../../schema/feed'

/** What is absent admits everything. */
export interface FeedFilter {
  readonly types?: ReadonlySet<FeedType>
  /** Its id. */
  readonly instance?: string
  /** Its name. */
  readonly strategy?: string
  readonly provider?: string
}

export function fits(item: FeedItem, { types, instance, strategy, provider }: FeedFilter): boolean {
  if (types !== undefined && !types.has(item.type)) return false
  if (instance !== undefined && !concerns(item, instance)) return false
  if (strategy !== undefined && !('strategy' in item && item.strategy === strategy)) return false
  return provider === undefined || isAt(item, provider)
}

function concerns(item: FeedItem, instance: string): boolean {
  if (item.type === 'risk') return item.instances.includes(instance)
  if (item.type === 'audit') return item.subject === instance && !item.what.startsWith('provider_')
  return 'instance' in item && item.instance === instance
}

function isAt(item: FeedItem, provider: string): boolean {
  if (item.type === 'audit') return item.subject === provider && item.what.startsWith('provider_')
  return 'provider' in item && item.provider === provider
}
