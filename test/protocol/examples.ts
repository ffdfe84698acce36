/** A message of every kind, with every field that it may have. */
import { FROM_HOST, type FromHost, TO_HOST, type ToHost } from '../../src/protocol/messages'
import { type Answers, NOTHING_COUNTED } from '../../src/protocol/reported'
import type { ExecutionReport, Fill, Order } from '../../src/schema/orders'

type Of<Message extends { kind: string }> = { [Kind in Message['kind']]: Extract<Message, { kind: Kind }> }

const order: Order = {
  provider: 'sim',
  symbol: 'BTC-USDT',
  side: 'buy',
  type: 'stopLimit',
  quantity: '0.001',
  price: '20000.5',
  stopPrice: '19999',
  timeInForce: 'GTC',
  postOnly: false,
  reduceOnly: true,
  clientTag: 'entry',
  asked: { quantity: '0.0012', price: '20000.51', stopPrice: '19999.01' },
  clientOrderId: 'owner-0-1',
}
const fill: Fill = {
  symbol: 'BTC-USDT',
  side: 'sell',
  price: '20000',
  quantity: '0.001',
  fee: '-0.5',
  feeCurrency: 'USDT',
  liquidity: 'maker',
  timeMs: 1,
}
const report: ExecutionReport = {
  order,
  payload: {
    clientOrderId: 'owner-0-1',
    exchangeOrderId: 'x-1',
    state: 'FILLED',
    side: 'Buy',
    orderType: 'Limit',
    price: '20000.5',
    quantity: '0.001',
    filledQuantity: '0.001',
    remainingQty: '0',
    avgFillPrice: '20000',
    commissionAmount: '-0.5',
    commissionAsset: 'USDT',
    timestamp: 1,
    rejectReason: 'none',
  },
  fill,
}
const risk = {
  limits: { sim: { maxPositionSize: '5', orderThrottle: 5, allowedOrderTypes: ['limit'] } },
  halts: { sim: 'the kill switch is set' },
  breakers: { sim: { breaches: 1, counted: 1, openUntilMs: 0 } },
}
const launch = {
  number: 7,
  spec: {
    instanceId: 'owner',
    program: Uint8Array.of(1, 2, 3),
    config: { lookback: 20, names: ['a'], nested: { program: 'no bytes' } },
    dryRun: false,
    scope: [
      {
        provider: 'sim',
        symbols: ['BTC-USDT'],
        instruments: [
          {
            symbol: 'BTC-USDT',
            type: 'spot',
            baseCurrency: 'BTC',
            quoteCurrency: 'USDT',
            venue: 'sim',
            minQuantity: '1',
          },
        ],
        account: { model: 'linear', cash: { USDT: '1' }, cashSetBy: 'a test', leverage: '1', checkMargin: true },
        state: {
          model: 'linear',
          cash: [['USDT', '-1.5']],
          positions: [['BTC-USDT', { quantity: '-1', cost: '2', realized: '-3' }]],
        },
        fills: [fill],
        openOrders: [{ order, filledQuantity: '0' }],
      },
    ],
    state: '{"n":1}',
    checkpoint: new Uint8Array(0),
    seed: -(1n << 63n),
    recorded: false,
    awaited: true,
    rates: { ordersPerSecond: 100, logsPerSecond: 200, logBytesPerSecond: 65_536 },
    cpuBudget: 0.5,
  },
  startMs: 5,
  tradingActive: true,
  risk,
  maxAgeMs: 1000,
  market: Uint8Array.of(9),
} as const

export const TO_HOST_EXAMPLES: Of<ToHost> = {
  hello: {
    kind: 'hello',
    protocol: 4,
    build: 'this',
    settings: { saveEveryMs: 1000, maxWaiting: 4096, maxWaitingBytes: 1 << 20, mostRedoMs: 500 },
  },
  confine: { kind: 'confine', folder: '/data/inputs/0' },
  request: { kind: 'request', id: 3, request: { kind: 'launch', launch } },
  words: { kind: 'words', records: Uint8Array.of(1, 2) },
  batch: {
    kind: 'batch',
    atMs: 12.5,
    records: Uint8Array.of(4, 5, 6),
    own: [
      {
        at: 0,
        number: 7,
        effect: { provider: 'sim', report, mark: { symbol: 'BTC-USDT', price: '1' }, valuedAt: '2' },
      },
      { at: 1, number: 8, report: 41 },
    ],
  },
  risk: { kind: 'risk', number: 7, terms: risk },
  kept: { kind: 'kept', messages: 12, batches: 5 },
  retain: { kind: 'retain', forMs: 3_600_000, bytes: 1_000_000 },
  goOn: { kind: 'goOn' },
  ping: { kind: 'ping' },
}

export const REQUEST_EXAMPLES: readonly ToHost[] = [
  TO_HOST_EXAMPLES.request,
  { kind: 'request', id: 4, request: { kind: 'roll', launch } },
  { kind: 'request', id: 5, request: { kind: 'stop', number: 7 } },
  { kind: 'request', id: 7, request: { kind: 'record', path: '/data/inputs/0' } },
  {
    kind: 'request',
    id: 8,
    request: {
      kind: 'recover',
      path: '/data/inputs/0',
      keep: [{ number: 7, instanceId: 'a', rolls: 1, acts: 3, lines: 4, upTo: 9 }],
    },
  },
  {
    kind: 'request',
    id: 6,
    request: { kind: 'compile', number: 8, source: new TextEncoder().encode('module.exports = 1') },
  },
]

const line = { timeMs: 5, level: 'warn', source: 'host', message: 'look' } as const

export const FROM_HOST_EXAMPLES: Of<FromHost> = {
  hello: { kind: 'hello', protocol: 4, build: 'this' },
  ready: { kind: 'ready', engineHash: `sha256:${'0'.repeat(64)}` },
  answer: { kind: 'answer', id: 3, answer: { state: '{}', checkpoint: Uint8Array.of(1) } },
  failure: { kind: 'failure', id: 3, refusal: true, message: 'no luck' },
  acts: {
    kind: 'acts',
    number: 7,
    first: 3,
    acts: [
      { kind: 'ordered', order, timeMs: 1 },
      { kind: 'skipped', order, timeMs: 1.5 },
      { kind: 'cancelled', provider: 'sim', clientOrderId: 'owner-0-1', timeMs: 2 },
      {
        kind: 'refused',
        provider: 'sim',
        symbol: 'BTC-USDT',
        refusal: {
          breach: { type: 'POSITION_LIMIT', reason: 'too much', metrics: { position: '5' } },
          breaker: { breaches: 1, counted: 1, openUntilMs: 5 },
          kill: 'too many breaches',
        },
        timeMs: 3,
        untold: true,
      },
    ],
    handled: 2,
    state: '{"n":2}',
  },
  logs: { kind: 'logs', lines: [{ ...line, number: 7, place: 4 }] },
  state: { kind: 'state', number: 7, state: '{}' },
  failed: { kind: 'failed', number: 7, reason: 'over its limit' },
  counts: { kind: 'counts', counts: [{ number: 7, startMs: 5, exceptions: 0, ...NOTHING_COUNTED, cpuMs: 1.5 }] },
  handled: {
    kind: 'handled',
    own: [
      { number: 7, handled: 1, state: '{}' },
      { number: 8, handled: 2 },
    ],
  },
  worked: { kind: 'worked', behind: true },
  caughtUp: { kind: 'caughtUp' },
  pong: { kind: 'pong' },
  unrecorded: { kind: 'unrecorded', reason: 'the disk is full' },
  unconfined: { kind: 'unconfined', missing: ['Landlock'] },
  broken: { kind: 'broken', message: 'no engine' },
}

export const ANSWER_EXAMPLES: Answers = {
  launch: { handlers: ['onTrade', 'onTicker'], crossProvider: false },
  roll: { handlers: [], crossProvider: true },
  stop: { state: '{}', checkpoint: Uint8Array.of(1) },
  record: true,
  recover: {
    batches: 5,
    words: Uint8Array.of(1, 2),
    behind: false,
    instances: [
      {
        number: 7,
        started: { handlers: ['onTrade'], crossProvider: false },
        acts: 4,
        lines: 5,
        handled: 2,
        reported: 41,
        waiting: [40, 0, 41],
      },
    ],
    lost: [{ number: 8, reason: 'a segment is missing' }],
  },
  compile: {
    program: Uint8Array.of(1),
    metadata: { name: 'm', tag: 'v1', displayName: 'M', description: '', config: [], events: ['Trade'] },
    warnings: [{ stage: 'validation', message: 'odd', line: 1, column: 2, path: 'a', hint: 'b' }],
    absent: [{ stage: 'validation', message: 'fetch is not there', line: 3, column: 4, hint: 'c' }],
  },
}

export const KINDS = { toHost: Object.keys(TO_HOST), fromHost: Object.keys(FROM_HOST) }
