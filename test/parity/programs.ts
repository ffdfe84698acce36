/** Random strategies: small programs that order, cancel, ask, log and sleep, over random data and terms. */
import fc from 'fast-check'
import { candles, quotes, trades, tradesOf } from './recordings'
import type { Paper, Recording, Situation } from './situation'

const PROGRAMS = 40
const SEED = 7
const EVENTS = { minLength: 14, maxLength: 22 }

/** Runs `config.program`: what it does at each event, and at each of the first reports. */
const INTERPRETER = `const { events, reports } = JSON.parse(config.program)
const ids = []
const acts = {
  order: (request) => { const answer = order(request); if (!answer.startsWith('!')) ids.push(answer) },
  cancel: (back) => cancel(ids.at(-1 - back) ?? 'none'),
  cancelAll: (symbol) => cancelAll(symbol ?? undefined),
  sleep: (ms) => nap(ms),
  log: (number) => write('log', number, ids.length, Math.random(), Date.now()),
  ask: (what) => ask(what, () => runtime[what](what === 'balance' ? 'USDT' : undefined)),
}
const run = (program) => { for (const [what, argument] of program ?? []) acts[what](argument) }
return watch(
  Object.fromEntries(events.map((program, i) => [i + 1, () => run(program)])),
  (state, payload, count) => run(reports[count - 1]),
)`

const half = (from: number, to: number) =>
  fc.integer({ min: 2 * from, max: 2 * to }).map((halves) => (halves / 2).toString())

const symbol = fc.constantFrom('BTC-USDT', 'ETH-USDT')
const terms = {
  side: fc.constantFrom('buy', 'sell'),
  quantity: fc.constantFrom<(string | number)[]>('1', '2', '0.5', 1.5, '3', '40', '50%', '100%'),
  timeInForce: fc.constantFrom('GTC', 'GTC', 'GTC', 'IOC', 'FOK'),
  reduceOnly: fc.constantFrom(false, false, false, true),
}
const [price, stopPrice, postOnly] = [half(97, 103), half(97, 103), fc.constantFrom(false, false, false, true)]

/** @param several whether there is another symbol. */
const requests = (several: boolean) => {
  const all = { ...terms, ...(several && { symbol }) }
  const of = <T extends string>(type: T) => fc.constant(type)
  return fc.oneof(
    fc.record({ type: of('market'), ...all }),
    fc.record({ type: of('limit'), ...all, price, postOnly }),
    fc.record({ type: of('stop'), ...all, stopPrice }),
    fc.record({ type: of('stopLimit'), ...all, stopPrice, price }),
  )
}

const step = (several: boolean) => {
  const of = <T>(what: string, argument: fc.Arbitrary<T>) => fc.tuple(fc.constant(what), argument)
  return fc.oneof(
    { weight: 8, arbitrary: of('order', requests(several)) },
    { weight: 4, arbitrary: of('cancel', fc.nat(4)) },
    { weight: 1, arbitrary: of('cancelAll', several ? fc.option(symbol) : fc.constant(null)) },
    { weight: 3, arbitrary: of('sleep', fc.constantFrom(1, 300, 999, 1000, 1700, 4000)) },
    { weight: 1, arbitrary: of('log', fc.nat(99)) },
    { weight: 1, arbitrary: of('ask', fc.constantFrom('position', 'openOrders', 'balance', 'equity', 'instrument')) },
  )
}

/** The last event is left in peace: what is done at it is told behind the end. */
const program = (events: number, several: boolean) =>
  fc.record({
    events: fc.array(fc.array(step(several), { maxLength: 2 }), { minLength: events - 1, maxLength: events - 1 }),
    reports: fc.array(fc.oneof(fc.constant([]), fc.array(step(several), { maxLength: 1 })), { maxLength: 14 }),
  })

const near = fc.integer({ min: 194, max: 206 }).map((halves) => halves / 2)
const quantity = fc.constantFrom(1, 2, 5, 100)
const gapMs = fc.constantFrom(0, 1, 400, 1000, 1000, 2500)

const recordings: fc.Arbitrary<Recording> = fc.oneof(
  fc.array(fc.tuple(near, quantity, gapMs), EVENTS).map((rows) => trades(...rows)),
  fc.array(fc.tuple(symbol, near), EVENTS).map((rows) => tradesOf(['BTC-USDT', 100], ['ETH-USDT', 100], ...rows)),
  fc.array(near, EVENTS).map((rows) => quotes(...rows.map((bid) => [bid, bid + 1] as const))),
  fc
    .array(fc.tuple(near, near), EVENTS)
    .map((rows) =>
      candles(
        ...rows.map(([open, close]) => [open, Math.max(open, close) + 1, Math.min(open, close) - 1, close] as const),
      ),
    ),
)

const rules = {
  latencyMs: fc.constantFrom(0, 0, 300, 1000, 2500),
  fill: fc.constantFrom<('next' | 'same')[]>('next', 'next', 'same'),
  limit: fc.constantFrom<('through' | 'touch')[]>('through', 'touch'),
}
const inBps = {
  makerBps: fc.constantFrom('0', '-1.5', '10'),
  takerBps: fc.constantFrom('0', '7.5'),
  slippageBps: fc.constantFrom('0', '10'),
}
const ofEach = { feePerContract: fc.constantFrom('0.005', '2'), feeMinimum: fc.constantFrom('0', '1', '3.5') }
const cash = fc.constantFrom('10000', '500')
const leverage = fc.constantFrom('1', '3', '50')
const multiplier = fc.constantFrom('1', '10', '0.1')
const marginPerContract = fc.constantFrom('40', '1000')
const model = <T extends string>(name: T) => fc.constant(name)

const papers = (several: boolean): fc.Arbitrary<Paper> =>
  fc.oneof(
    fc.record({ account: model('linear'), cash, leverage, ...inBps, ...rules }),
    fc.record({ account: model('linear'), cash, multiplier, marginPerContract, ...ofEach, ...rules }),
    fc.record({ account: model('spot'), cash, ...inBps, ...rules }),
    fc.record({ account: model('spot'), cash, ...ofEach, ...rules }),
    // with several symbols each would settle in another currency
    ...(several
      ? []
      : [
          fc.record({
            account: model('inverse'),
            cash: fc.constantFrom('1', '20'),
            multiplier,
            leverage,
            ...inBps,
            ...rules,
          }),
        ]),
  )

const situations = recordings.chain((data) =>
  fc.record({
    data: fc.constant(data),
    paper: papers(data.symbols.length > 1),
    program: program(data.events, data.symbols.length > 1).map((one) => JSON.stringify(one)),
  }),
)

export const RANDOM: readonly Situation[] = fc.sample(situations, { numRuns: PROGRAMS, seed: SEED }).map(
  ({ data, paper, program }, i): Situation => ({
    name: `random program ${i + 1}`,
    group: `${PROGRAMS} random programs`,
    strategy: INTERPRETER,
    data,
    paper,
    config: { program },
  }),
)
