/** Orders, their reports and what these do to accounts, as they cross the wall. */
import { type Static, type TString, Type } from '@sinclair/typebox'
import { ExecReportPayload } from '../schema/events'
import type { AskedAmounts, ExecutionReport, Fill, Order, StrategyOrder } from '../schema/orders'
import { Amount, AskedQuantity, exactly, Name, oneOf, Sum, schemaOf, TimeMs } from './wire'

const Side = oneOf('buy', 'sell')

/** @param amount what its amounts are. */
const fieldsOf = (amount: TString) => ({
  provider: Name,
  symbol: Name,
  side: Side,
  type: oneOf('market', 'limit', 'stop', 'stopLimit'),
  quantity: amount,
  price: Type.Optional(amount),
  stopPrice: Type.Optional(amount),
  timeInForce: oneOf('GTC', 'IOC', 'FOK'),
  postOnly: Type.Boolean(),
  reduceOnly: Type.Boolean(),
  clientTag: Type.Optional(Name),
  asked: Type.Optional(
    schemaOf<AskedAmounts>()(
      exactly({
        quantity: Type.Optional(AskedQuantity),
        price: Type.Optional(amount),
        stopPrice: Type.Optional(amount),
      }),
    ),
  ),
  clientOrderId: Name,
})

/** As a strategy makes it. */
export const NewOrder = schemaOf<StrategyOrder>()(exactly(fieldsOf(Amount)))

/** As its venue knows it, which makes orders of its own when it liquidates, and gets orders from operators as well. */
export const KnownOrder = schemaOf<Order>()(exactly({ ...fieldsOf(Sum), placedBy: Type.Optional(Name) }))

export const FillSchema = schemaOf<Fill>()(
  exactly({
    symbol: Name,
    side: Side,
    price: Sum,
    quantity: Sum,
    fee: Sum,
    feeCurrency: Name,
    liquidity: oneOf('maker', 'taker'),
    timeMs: TimeMs,
  }),
)

const Report = schemaOf<ExecutionReport>()(
  exactly({ order: KnownOrder, payload: ExecReportPayload, fill: Type.Optional(FillSchema) }),
)

const MarkSchema = exactly({ symbol: Name, price: Sum })
/** The last price of a symbol at a venue, in the quote currency. */
export type Mark = Static<typeof MarkSchema>

export const AccountEffectSchema = exactly({
  provider: Name,
  report: Report,
  /** The price of the event that caused it, which is told after it. */
  mark: Type.Optional(MarkSchema),
  /** At which the venue reckons with an order that it has acknowledged, in the quote currency. */
  valuedAt: Type.Optional(Sum),
})
/** What a report does to the accounts of its owner. */
export type AccountEffect = Static<typeof AccountEffectSchema>
