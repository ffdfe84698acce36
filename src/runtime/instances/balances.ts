/** What instances have at the venues. */
import type { BalanceItem } from '../../schema/instance-records'
import type { Page, PageRequest } from '../../schema/page'
import type { ProviderBalanceItem } from '../../schema/providers'
import type { Providers } from '../providers/providers'
import type { InstanceIndex } from './instance-index'

export class Balances {
  constructor(
    private readonly instanceIndex: InstanceIndex,
    private readonly providers: Providers,
  ) {}

  /** By provider and currency. @throws Failure instance_not_found. */
  of(id: string, page: PageRequest): Page<BalanceItem> {
    const record = this.instanceIndex.record(id)
    const items = record.providers.flatMap((provider) => this.providers.openOrders(provider)?.balances(record) ?? [])
    return pageOf(items, page)
  }

  /** By instance and currency. @throws Failure provider_not_found, invalid_provider. */
  at(provider: string, page: PageRequest): Page<ProviderBalanceItem> {
    const orders = this.providers.orders(provider)
    const items = this.instanceIndex
      .at(provider)
      .flatMap((record) => orders.balances(record).map((item) => ({ instance: record.id, ...item })))
    return pageOf(items, page)
  }
}

const pageOf = <T>(items: readonly T[], page: PageRequest): Page<T> => ({
  items: items.slice(page.offset, page.offset + page.limit),
  total: items.length,
  ...page,
})
