/** Accounts at one provider, as the journal tells of them. */
import type { ProviderScope } from '../protocol/launch'
import type { Instrument } from '../schema/events'
import type { AccountSettings, AccountState } from '../schema/paper'
import type { AccountHistory, Journal } from '../store/journal'
import type { Account } from '../trading/accounts/account'
import { rebuiltAccount } from '../trading/accounts/rebuilt'
import type { Venue } from './venue'

export interface AccountHistoriesDeps {
  readonly provider: string
  readonly venue: Venue
  readonly instrument: (symbol: string) => Instrument
  readonly journal: Journal
}

/** All of it, which fits into memory. */
export interface WholeHistory extends Omit<AccountHistory, 'moreAfter'> {
  readonly settings: AccountSettings
}

/** `instance` is always the key of an instance. */
export class AccountHistories {
  constructor(private readonly deps: AccountHistoriesDeps) {}

  /** A long one in parts: what each has made of the account is kept, and not booked again. */
  read(instance: number, symbols: readonly string[]): WholeHistory {
    const { journal, provider, venue, instrument } = this.deps
    for (;;) {
      const { moreAfter, ...history } = journal.history(instance, provider, venue.model)
      const { state, fills } = history
      const traded = [...symbols, ...symbolsOf(state), ...fills.map(({ symbol }) => symbol)]
      const settings = venue.accountFor([...new Set(traded)].map(instrument))
      if (moreAfter === undefined) return { settings, ...history }
      const account = rebuiltAccount(settings, instrument, history)
      journal.accountStood(instance, provider, account.state, moreAfter)
    }
  }

  /** What a sandbox host needs to know of an account. */
  scopeOf(instance: number, account: AccountSettings, symbols: readonly string[]): ProviderScope {
    const { instrument, provider, venue, journal } = this.deps
    const { state, fills, openOrders } = journal.history(instance, provider, venue.model)
    // Also those that it traded when its scope was another one: their fills are part of the account.
    const moved = [...fills, ...openOrders.map(({ order }) => order)].map(({ symbol }) => symbol)
    const traded = [...symbolsOf(state), ...moved]
    return {
      provider,
      symbols,
      instruments: [...new Set([...symbols, ...traded])].map(instrument),
      account,
      ...(state && { state }),
      fills,
      openOrders: openOrders.map(({ order, progress: { filledQuantity } }) => ({ order, filledQuantity })),
    }
  }

  /** The same of an account that is ahead of the journal. */
  scopeNow(settings: AccountSettings, account: Account, symbols: readonly string[]): ProviderScope {
    const { instrument, provider } = this.deps
    const { state } = account
    const openOrders = account.placedOrders().map(({ order, filledQuantity }) => ({ order, filledQuantity }))
    const traded = [...symbolsOf(state), ...openOrders.map(({ order }) => order.symbol)]
    return {
      provider,
      symbols,
      instruments: [...new Set([...symbols, ...traded])].map(instrument),
      account: settings,
      ...(symbolsOf(state).length > 0 && { state }),
      fills: [],
      openOrders,
    }
  }
}

const symbolsOf = (state: AccountState | undefined) => (state?.positions ?? []).map(([symbol]) => symbol)
