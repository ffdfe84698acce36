/** What operators do with the account of an instance themselves: an order of theirs, and the way to flat (contract §7). */
import { type Static, Type } from '@sinclair/typebox'
import { OrderItem } from './instance-records'
import { AMOUNT_PATTERN } from './risk-limits'
import { WRITTEN } from './stated'
import { words } from './words'

const closed = { additionalProperties: false }

/** At most what an order id of 36 characters has room for. */
export const CLIENT_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,23}$'

const amount = (description: string, example: string) =>
  Type.String({ pattern: AMOUNT_PATTERN, description, examples: [example] })
const name = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 128, description, examples: [example] })

export const OrderBody = Type.Object(
  {
    clientId: Type.Optional(
      Type.String({
        pattern: CLIENT_ID_PATTERN,
        description:
          'Yours, unique for the instance: the same order sent again under it is placed once. At most 24 of A-Za-z0-9_-',
        examples: ['hedge-17'],
      }),
    ),
    provider: Type.Optional(name('Not given: the first of the instance', 'sim')),
    symbol: Type.Optional(name('Not given: the first of the instance there', 'BTC-USDT')),
    side: words(['buy', 'sell'], { description: 'Which way' }),
    type: words(['market', 'limit', 'stop', 'stopLimit'], { description: 'The kind of order' }),
    quantity: amount('In the base currency, on the lot of the market', '0.5'),
    price: Type.Optional(amount('Of limit and stopLimit orders, in the quote currency', '20000.5')),
    stopPrice: Type.Optional(amount('Of stop and stopLimit orders, in the quote currency', '19000')),
    timeInForce: Type.Optional(words(['GTC', 'IOC', 'FOK'], { description: 'How long it stands; GTC unless given' })),
    postOnly: Type.Optional(Type.Boolean({ description: 'It may not take; false unless given' })),
    reduceOnly: Type.Optional(
      Type.Boolean({ description: 'It may only reduce the position, and then no risk limit binds it' }),
    ),
    clientTag: Type.Optional(Type.String({ ...WRITTEN, minLength: 1, maxLength: 128, examples: ['hedge'] })),
  },
  { ...closed, title: 'OrderBody', description: 'An order of yours on the account of an instance' },
)
export type OrderBody = Static<typeof OrderBody>

export const OrderPlaced = Type.Object(
  {
    status: words(['placed', 'known'], { description: 'known: it was placed before, under the same clientId' }),
    order: OrderItem,
  },
  { title: 'OrderPlaced', description: 'The order as the journal has it' },
)
export type OrderPlaced = Static<typeof OrderPlaced>

export const FlattenBody = Type.Object(
  {
    provider: Type.Optional(name('Only at this provider', 'sim')),
    symbol: Type.Optional(name('Only in this symbol', 'BTC-USDT')),
  },
  { ...closed, title: 'FlattenBody', description: 'What is to be closed; nothing: everything' },
)
export type FlattenBody = Static<typeof FlattenBody>

export const PositionLeft = Type.Object(
  {
    provider: name('Where it is', 'sim'),
    symbol: name('In which symbol', 'BTC-USDT'),
    quantity: Type.String({ description: 'Signed, in the base currency', examples: ['0.00003'] }),
    reason: Type.String({ description: 'In a sentence', examples: ['less than the smallest order'] }),
  },
  { title: 'PositionLeft', description: 'What of a position no order can close' },
)
export type PositionLeft = Static<typeof PositionLeft>

export const Flattening = Type.Object(
  {
    status: words(['flattening', 'flat'], { description: 'flat: there is no position that an order could close' }),
    id: Type.String({ description: 'The instance', examples: ['momentum-1'] }),
    cancelled: Type.Array(Type.String(), { description: 'Client order ids of the orders that were cancelled' }),
    orders: Type.Array(OrderItem, { description: 'Market orders, reduce-only, as the journal has them' }),
    left: Type.Array(PositionLeft),
  },
  { title: 'Flattening', description: 'Orders are cancelled and positions are being closed; fills are told as any' },
)
export type Flattening = Static<typeof Flattening>
