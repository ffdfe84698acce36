/** The states of an order between this gateway and a venue, and how they may follow each other. */
import type { ExecState } from '../schema/events'
import type { JournalState } from '../store/order-row'

export type OrderState =
  /** In the journal, and on its way. */
  | 'sent'
  | 'acknowledged'
  | 'partlyFilled'
  | 'filled'
  | 'cancelled'
  | 'rejected'
  | 'expired'
  /** An answer was lost: the venue is asked. Until it answers the order counts as open. */
  | 'unknown'

/** Each state with those that may come next. What has ended stays as it is. */
const NEXT: Readonly<Record<OrderState, readonly OrderState[]>> = {
  // reports may be lost, so that a later state is the first that is heard of
  sent: ['acknowledged', 'partlyFilled', 'filled', 'cancelled', 'rejected', 'expired', 'unknown'],
  // again: a stop order that is triggered; rejected: when its money turns out not to be there
  acknowledged: ['acknowledged', 'partlyFilled', 'filled', 'cancelled', 'rejected', 'expired', 'unknown'],
  partlyFilled: ['partlyFilled', 'filled', 'cancelled', 'expired', 'unknown'],
  unknown: ['acknowledged', 'partlyFilled', 'filled', 'cancelled', 'rejected', 'expired'],
  filled: [],
  cancelled: [],
  rejected: [],
  expired: [],
}

export const mayBecome = (from: OrderState, to: OrderState): boolean => NEXT[from].includes(to)

export const isOver = (state: OrderState): boolean => NEXT[state].length === 0

export const REPORTED: Readonly<Record<ExecState, OrderState>> = {
  ACK: 'acknowledged',
  PARTIAL: 'partlyFilled',
  FILLED: 'filled',
  CANCELLED: 'cancelled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
}

/** By the words of the journal and of the API. */
export const JOURNALLED: Readonly<Record<JournalState, OrderState>> = {
  ...REPORTED,
  PENDING: 'sent',
  UNKNOWN: 'unknown',
}

/** The words of the ends. */
export const ENDED_AS: Readonly<Partial<Record<OrderState, ExecState>>> = {
  filled: 'FILLED',
  cancelled: 'CANCELLED',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
}
