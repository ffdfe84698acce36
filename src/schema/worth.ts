/** What instances are worth: positions, equity, profits (contract §7). Amounts are decimal strings, percentages numbers. */
import { type Static, Type } from '@sinclair/typebox'
import { pageOf } from './page'

const amount = (description: string, example: string) => Type.String({ description, examples: [example] })
const percent = (description: string) => Type.Number({ description, examples: [-1.25] })
const LACKS = 'without those executions that were pruned before sums of them were kept'
const FEES = `Paid in this currency, ${LACKS}`
const TURNOVER = `Notional of all executions, ${LACKS}`
const currency = Type.String({ description: 'Of the amounts', examples: ['USDT'] })

export const PositionItem = Type.Object(
  {
    provider: Type.String({ examples: ['sim'] }),
    symbol: Type.String({ examples: ['BTC-USDT'] }),
    quantity: amount('In the base currency, or in contracts; negative when short', '0.5'),
    averagePrice: amount('What the present quantity was bought or sold at; 0 when flat', '20000.5'),
    lastPrice: Type.Optional(amount('Absent before the first price since the start of the gateway', '20100')),
    unrealizedPnl: amount('At the last price, before fees; 0 before there is one', '49.75'),
    realizedPnl: amount('Of what was closed, before fees', '120.5'),
    fees: amount(FEES, '4.2'),
    turnover: amount(TURNOVER, '250000'),
    currency,
  },
  { title: 'Position', description: 'What an instance holds of a symbol, and what it has brought' },
)
export type PositionItem = Static<typeof PositionItem>

export const PositionPage = pageOf(PositionItem, 'PositionPage', 'Every symbol that was ever traded, by provider')

/** Time and equity: a pair, as the dialects of the API document do not all have it. */
const POINT = Type.Unsafe<[timeMs: number, equity: string]>(
  Type.Array(Type.Union([Type.Integer(), Type.String()]), { minItems: 2, maxItems: 2 }),
)

const PERFORMANCE = {
  pnlToday: amount('Change of the equity since 00:00 UTC', '-12.5'),
  drawdownPct: percent('Below the best since the start, now; 0 or below'),
  maxDrawdownPct: percent('Below the best since the start, at worst'),
  drawdownPctToday: percent('Below the best of the day, now'),
  maxDrawdownPctToday: percent('Below the best of the day, at worst'),
}

export const EquityCurve = Type.Object(
  {
    currency,
    points: Type.Array(POINT, {
      description:
        'Time in ms since 1970 and equity, oldest first: every 5 s of the last ten minutes, every minute of two days, every ' +
        'quarter of an hour of a month, every day of ten years, as far as it has changed',
      examples: [[[1769860800000, '10000']]],
    }),
    startEquity: amount('When the account was opened', '10000'),
    equity: amount('Cash and positions at their last prices', '10120.5'),
    pnl: amount('Since the start, after fees', '120.5'),
    ...PERFORMANCE,
    since: Type.String({ description: 'When it was first looked at', examples: ['2026-01-31T12:00:00.000Z'] }),
    currencies: Type.Array(Type.String(), { description: 'In which it has equity', examples: [['USDT']] }),
  },
  { title: 'EquityCurve', description: 'What an instance is worth in one currency, over time' },
)
export type EquityCurve = Static<typeof EquityCurve>

export const PORTFOLIO_GROUPS = ['instance', 'strategy', 'revision', 'provider'] as const
export type PortfolioGrouping = (typeof PORTFOLIO_GROUPS)[number]

const GroupPosition = Type.Object({
  provider: Type.String({ examples: ['sim'] }),
  symbol: Type.String({ examples: ['BTC-USDT'] }),
  quantity: amount('Of all instances together', '0.5'),
  unrealizedPnl: amount('Of all instances together', '49.75'),
})

const SUMS = {
  currency,
  instances: Type.Integer({ description: 'How many have an account in this currency', examples: [1] }),
  equity: amount('Cash and positions at their last prices', '10120.5'),
  realizedPnl: amount('Of what was closed, before fees', '120.5'),
  unrealizedPnl: amount('Of what is open, before fees', '49.75'),
  fees: amount(FEES, '4.2'),
  turnover: amount(TURNOVER, '250000'),
  pnl: amount('Change of the equity since the start, after fees; of a revision, while it was pinned', '166.05'),
  ...PERFORMANCE,
  positions: Type.Array(GroupPosition, { description: 'Those that are open' }),
}

const PortfolioGroup = Type.Object(
  {
    key: Type.String({
      description: 'The instance, the strategy, the revision or the provider',
      examples: ['momentum-1'],
    }),
    ...SUMS,
  },
  { title: 'PortfolioGroup' },
)
const PortfolioTotal = Type.Object(SUMS, { title: 'PortfolioTotal' })

export const Portfolio = Type.Object(
  {
    groups: Type.Array(PortfolioGroup, { description: 'One for each key and currency' }),
    total: Type.Array(PortfolioTotal, { description: 'One for each currency: amounts of two cannot be added' }),
  },
  { title: 'Portfolio', description: 'What all instances are worth' },
)
export type Portfolio = Static<typeof Portfolio>
