/** Backtests that the gateway runs: what is asked for, and what came of it. */
import { type Static, Type } from '@sinclair/typebox'
import { HASH_EXAMPLE, Hash, StrategyName, Tag } from './catalogue-terms'
import { pageOf } from './page'
import { SELECTED, WRITTEN } from './stated'
import { words } from './words'

const closed = { additionalProperties: false }
const time = (description: string) => Type.String({ description, examples: ['2026-01-31T12:00:00.000Z'] })
const text = (description: string, example: string) =>
  Type.Optional(Type.String({ ...WRITTEN, minLength: 1, maxLength: 400, description, examples: [example] }))
const amount = (description: string, example: string) =>
  Type.Optional(Type.String({ pattern: '^-?[0-9]{1,40}([.][0-9]{1,40})?$', description, examples: [example] }))
const whole = (minimum: number, description: string) =>
  Type.Optional(Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER, description }))

/** The most files of one backtest. */
const MAX_FILES = 100
const MAX_TIMEFRAMES = 10

/** Each is the option of `meltica backtest` of the same name. */
export const BacktestOptions = Type.Object(
  {
    symbol: text('Reads this symbol alone; the name of it when the file does not say', 'BTC-USDT'),
    timezone: text('Of times that name none, as America/New_York; default UTC', 'UTC'),
    from: text('Leaves out what was before, as 2022-01-01 or 2022-01-01T12:00:00Z', '2022-01-01'),
    to: text('Leaves out this time and what was after', '2022-02-01'),
    format: text('Reads the data as this format, perhaps with a length; recognised unless given', 'ohlcv:1m'),
    timeframe: Type.Optional(
      Type.Array(Type.String({ ...WRITTEN, minLength: 1, maxLength: 20 }), {
        minItems: 1,
        maxItems: MAX_TIMEFRAMES,
        description: 'Makes candles of these lengths of the trades or shorter candles of the data',
        examples: [['5m', '1h']],
      }),
    ),
    warmup: whole(0, 'So many candles of the shortest length are delivered while orders are refused'),
    cash: amount('Opening equity, in the quote currency; default 10000', '10000'),
    feeBps: amount('Fee of every fill, in hundredths of a percent; default 10', '10'),
    makerBps: amount('Fee of fills that rested, below zero a rebate; default as feeBps', '2'),
    takerBps: amount('Fee of the other fills; default as feeBps', '5'),
    feePerContract: amount('Instead: fee of each contract or share filled', '2'),
    feeMinimum: amount('Then: what an order pays at least', '1'),
    slippageBps: amount('What a taker pays besides the price; default 0', '1'),
    latencyMs: whole(0, 'From an order to the venue; default 0'),
    fill: Type.Optional(
      words(['next', 'same'], { description: 'A market order fills at the next price or at the one just seen' }),
    ),
    limit: Type.Optional(words(['through', 'touch'], { description: 'When a limit order fills at a trade' })),
    account: Type.Optional(words(['linear', 'inverse', 'spot'], { description: 'The model of the account' })),
    multiplier: amount('Units that a contract stands for; default 1', '10'),
    rules: text('A file of the rules of the markets, in the folder of the data: as `--rules`', 'rules.yaml'),
    leverage: amount('Notional over equity, at most; default 1', '3'),
    marginPerContract: amount('Instead: equity that each contract binds', '1000'),
    margin: Type.Optional(Type.Boolean({ description: 'false: the equity need not cover the orders' })),
    periods: whole(1, 'Returns of a year: 252 for daily candles of stocks'),
    seed: whole(0, 'Of Math.random'),
    ordersPerSecond: whole(1, 'More are refused, as on a gateway'),
    logsPerSecond: whole(1, 'More lines are left out, as on a gateway'),
    skipBadRows: Type.Optional(Type.Boolean({ description: 'Counts broken rows instead of refusing the file' })),
  },
  closed,
)
export type BacktestOptions = Static<typeof BacktestOptions>

const data = Type.Array(Type.String({ minLength: 1, maxLength: 1024, examples: ['btc-perp-1m.csv'] }), {
  minItems: 1,
  maxItems: MAX_FILES,
  description: 'Files of market data, by their paths in the replay folder; GET /backtests/data lists them',
})
const config = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Fields of the strategy; orders are sent unless dry_run is true',
})

export const BacktestBody = Type.Object(
  {
    selector: Type.String({
      maxLength: 400,
      description: 'What to run: name, name:tag or name@sha256:<hex>; pinned when it is asked for',
      examples: ['momentum:v1.0.0'],
      ...SELECTED,
    }),
    data,
    config: Type.Optional(config),
    ...BacktestOptions.properties,
  },
  {
    ...closed,
    title: 'BacktestBody',
    description: 'What `meltica backtest` is to be run with',
    examples: [{ selector: 'momentum', data: ['btc-perp-1m.csv'], cash: '50000', config: { quantity: 0.1 } }],
  },
)
export type BacktestBody = Static<typeof BacktestBody>

export const BACKTEST_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type BacktestState = (typeof BACKTEST_STATES)[number]

const count = (description: string) => Type.Integer({ description, examples: [0] })

/** What a finished run tells besides its files. */
export const BacktestSummary = Type.Object(
  {
    stats: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Null()]), {
      description: 'As in the result; docs/backtest.md explains each',
      examples: [{ returnPct: 3.2, sharpe: 1.4, maxDrawdownPct: -2.1 }],
    }),
    orders: count('Orders that were sent'),
    logs: count('Lines that the strategy has logged'),
    errors: count('Exceptions out of its handlers'),
    stopped: Type.Union([Type.String(), Type.Null()], {
      description: 'Why the strategy was stopped before the end of the data; null: it was not',
    }),
  },
  { title: 'BacktestSummary' },
)
export type BacktestSummary = Static<typeof BacktestSummary>

export const Backtest = Type.Object(
  {
    id: Type.String({ examples: ['17'] }),
    state: words(BACKTEST_STATES, {
      description: 'done: there is a result, also of a strategy that was stopped; failed: there is none, see error',
    }),
    progress: Type.Number({ description: 'The part of the data that was read, 0 to 1', examples: [0.42] }),
    selector: Type.String({ description: 'As asked for', examples: ['momentum:v1.0.0'] }),
    strategy: StrategyName,
    tag: Type.String({ ...Tag, description: 'Of the revision' }),
    hash: Type.String({ ...Hash, description: 'The revision, as pinned when it was asked for' }),
    data,
    config,
    options: Type.Omit(BacktestOptions, [], {
      description: 'As asked for; what is absent has its default',
      examples: [{ cash: '50000' }],
    }),
    who: Type.String({ description: 'Who asked: name of the token, else the address', examples: ['ci'] }),
    createdAt: time('When it was asked for'),
    startedAt: Type.Optional(time('Absent while it waits')),
    endedAt: Type.Optional(time('Absent until it is over')),
    summary: Type.Optional(BacktestSummary),
    warnings: Type.Array(Type.String(), {
      description: 'What the command says besides, as of orders that a dry run did not send',
    }),
    error: Type.Optional(
      Type.Object(
        {
          code: Type.String({ examples: ['data_broken'] }),
          message: Type.String(),
          hint: Type.Optional(Type.String()),
        },
        { description: 'Why it has failed: mostly what the command says' },
      ),
    ),
    bytes: Type.Integer({ description: 'Size of result and report', examples: [250_000] }),
    links: Type.Object({
      self: Type.String({ examples: ['/backtests/17'] }),
      result: Type.String({ examples: ['/backtests/17/result'] }),
      report: Type.String({ examples: ['/backtests/17/report'] }),
    }),
  },
  { title: 'Backtest', description: 'A backtest that was asked for' },
)
export type Backtest = Static<typeof Backtest>

export const BacktestPage = pageOf(Backtest, 'BacktestPage', 'Backtests, newest first')

export const BacktestResult = Type.Object(
  {
    strategy: Type.Object({ name: StrategyName, tag: Tag, hash: Hash }),
    engine: Type.String({ examples: [HASH_EXAMPLE] }),
    stats: BacktestSummary.properties.stats,
    trades: Type.Array(Type.Unknown()),
  },
  {
    title: 'BacktestResult',
    description: 'The bytes that `meltica backtest --json` writes; docs/backtest.md explains every key',
  },
)

export const ReplayFile = Type.Object(
  {
    file: Type.String({ description: 'Its path in the folder, as "data" names it', examples: ['btc-perp-1m.csv'] }),
    bytes: Type.Integer({ description: 'Its size', examples: [1_200_000] }),
    modifiedAt: time('When it was written last'),
  },
  { title: 'ReplayFile', description: 'A file that may be market data' },
)
export type ReplayFile = Static<typeof ReplayFile>

export const ReplayFilePage = Type.Object(
  {
    ...pageOf(ReplayFile, '', '').properties,
    directory: Type.String({ description: 'The replay folder, as configured', examples: ['data/replay'] }),
  },
  { title: 'ReplayFilePage', description: 'Files of the replay folder, by name' },
)

export const BacktestRemoved = Type.Object(
  { status: Type.Literal('removed'), id: Type.String({ examples: ['17'] }) },
  { title: 'BacktestRemoved' },
)
