/** An account as a journal tells of it. */
import type { Instrument } from '../../schema/events'
import type { Fill } from '../../schema/orders'
import type { AccountSettings, AccountState } from '../../schema/paper'
import { Account, type PlacedOrder } from './account'

export interface AccountPast {
  /** As it stood once. */
  readonly state?: AccountState
  /** Since then. */
  readonly fills: readonly Fill[]
}

export function rebuiltAccount(
  settings: AccountSettings,
  instrument: (symbol: string) => Instrument,
  { state, fills }: AccountPast,
  openOrders: readonly PlacedOrder[] = [],
): Account {
  const account = new Account(settings, instrument)
  if (state) account.restore(state)
  for (const fill of fills) account.applyFill(fill)
  for (const { order, filledQuantity, valuedAt } of openOrders) account.placed(order, filledQuantity, valuedAt)
  return account
}
