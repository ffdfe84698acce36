/** What instances leave behind: orders, executions, balances, log lines (contract §2). Amounts are decimal strings. */
import { type Static, Type } from '@sinclair/typebox'
import { EXEC_STATES, Side } from './events'
import { historyOf, pageOf } from './page'
import { words } from './words'

const time = (description: string) => Type.String({ description, examples: ['2026-01-31T12:00:00.000Z'] })
const amount = (description: string, example: string) => Type.String({ description, examples: [example] })

export const OrderItem = Type.Object(
  {
    clientOrderId: Type.String({ examples: ['momentum-1-mh3k2p-1'] }),
    exchangeOrderId: Type.Optional(
      Type.String({ description: 'Absent until the venue answered, and where it never got the order' }),
    ),
    provider: Type.String({ examples: ['sim'] }),
    symbol: Type.String({ examples: ['BTC-USDT'] }),
    side: Side,
    type: words(['market', 'limit', 'stop', 'stopLimit'], { description: 'The kind of order' }),
    quantity: amount('In the base currency', '0.5'),
    price: Type.Optional(amount('Limit price in the quote currency', '20000.5')),
    stopPrice: Type.Optional(amount('Trigger in the quote currency', '19000')),
    asked: Type.Optional(
      Type.Object(
        {
          quantity: Type.Optional(amount('In the base currency, or a share in percent', '0.0123456')),
          price: Type.Optional(amount('In the quote currency', '43641.488099999995')),
          stopPrice: Type.Optional(amount('In the quote currency', '43641.488099999995')),
        },
        {
          description:
            'What the strategy asked for: amounts given as numbers that were rounded to the instrument, and a quantity that is a share, as 50%',
        },
      ),
    ),
    timeInForce: words(['GTC', 'IOC', 'FOK'], { description: 'How long it stands' }),
    postOnly: Type.Boolean(),
    reduceOnly: Type.Boolean(),
    clientTag: Type.Optional(Type.String()),
    placedBy: Type.Optional(
      Type.String({
        description: 'Who has placed it where the strategy has not: a token or an address, or gateway',
        examples: ['ops'],
      }),
    ),
    state: words(['PENDING', ...EXEC_STATES, 'UNKNOWN'], {
      description:
        'PENDING: the venue has not answered yet; UNKNOWN: its answer was lost, it is asked, and the order counts as open',
    }),
    filledQuantity: amount('In the base currency', '0.2'),
    remainingQty: amount('In the base currency', '0.3'),
    avgFillPrice: amount('0 before the first fill', '20000.1'),
    rejectReason: Type.Optional(Type.String()),
    placedAt: time('When the strategy made it'),
    updatedAt: time('When the venue last reported on it'),
  },
  { title: 'Order', description: 'An order and where it stands' },
)
export type OrderItem = Static<typeof OrderItem>

export const ExecutionItem = Type.Object(
  {
    executionId: Type.String({ examples: ['42'] }),
    clientOrderId: Type.String({ examples: ['momentum-1-mh3k2p-1'] }),
    provider: Type.String({ examples: ['sim'] }),
    symbol: Type.String({ examples: ['BTC-USDT'] }),
    side: Side,
    price: amount('In the quote currency', '20000.1'),
    quantity: amount('In the base currency', '0.2'),
    fee: amount('In feeCurrency', '4.00002'),
    feeCurrency: Type.String({ examples: ['USDT'] }),
    liquidity: words(['maker', 'taker'], { description: 'Who was there first' }),
    tradedAt: time('The time of the market event that filled it'),
  },
  { title: 'Execution', description: 'One fill of one order' },
)
export type ExecutionItem = Static<typeof ExecutionItem>

export const BalanceItem = Type.Object(
  {
    provider: Type.String({ examples: ['sim'] }),
    currency: Type.String({ examples: ['USDT'] }),
    total: amount('Without unrealised profit', '10012.5'),
    available: amount('Not bound by positions and open orders', '9000'),
  },
  { title: 'Balance', description: 'Money of one currency at one provider' },
)
export type BalanceItem = Static<typeof BalanceItem>

export const LogItem = Type.Object(
  {
    time: time('When it was printed'),
    level: words(['info', 'warn', 'error'], { description: 'error: an exception or the end of the instance' }),
    source: words(['strategy', 'host'], { description: 'strategy: printed by it; host: said of it' }),
    message: Type.String({ description: 'Without control characters' }),
  },
  { title: 'LogLine', description: 'A line of the log of an instance' },
)
export type LogItem = Static<typeof LogItem>

export const OrderPage = historyOf(OrderItem, 'OrderPage', 'Orders, newest first')
export const ExecutionPage = historyOf(ExecutionItem, 'ExecutionPage', 'Executions, newest first')
export const BalancePage = pageOf(BalanceItem, 'BalancePage', 'Balances by provider and currency')
export const LogPage = historyOf(LogItem, 'LogPage', 'Log lines, newest first')
