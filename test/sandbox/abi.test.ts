/** The ABI that `Sandbox` speaks by hand equals the glue that jco generates, on the same calls with the same answers. */
import { expect, test } from 'bun:test'
import { Failure } from '../../src/errors/failure'
import { loadEngine } from '../../src/sandbox/engine'
import { DEFAULT_LIMITS } from '../../src/sandbox/limits'
import { RecordWriter } from '../../src/sandbox/records'
import { Sandbox } from '../../src/sandbox/sandbox'
import { NUMBER, type OrderRequest } from '../../src/schema/orders'
import { type GlueHost, type GlueSandbox, instantiateWithGlue } from './glue'
import { ENVIRONMENT, recordingHost, START_MS, ticker, trade } from './stage'

const STRATEGY = `module.exports = { metadata: { name: 'all', displayName: 'Ä😀' }, create: ({ runtime, helpers }) => ({
  wantsCrossProviderEvents: true,
  onTrade(ctx, evt, payload, price) {
    helpers.log('trade', evt.eventId, price, '😀'.repeat(20));
    switch (evt.seqProvider) {
      case 0: return helpers.log(runtime.submitOrder('okx', 'sell', '0.5', 20));
      case 1: return helpers.log(runtime.submit({ side: 'buy', type: 'stopLimit', quantity: 1, price: 2, stopPrice: 3, timeInForce: 'FOK',
        reduceOnly: true, clientTag: 'ä', symbol: 'ETH-USDT' }));
      case 2: return runtime.submitMarketOrder('sim', 'buy', 666);
      case 3: helpers.sleep('1.5s'); return helpers.log(runtime.cancelOrder('order-1'), runtime.cancelAll('ETH-USDT'));
      case 4: return helpers.log(runtime.equity(), runtime.position('ETH-USDT'), runtime.openOrders());
      case 5: return runtime.instrument('nope');
      case 6: helpers.state.list = [1, 'ä😀']; return;
      default: throw new TypeError('ä😀');
    }
  },
}) }`

/** How the glue lifts the WIT's flags. */
type GlueFlags = Readonly<Record<keyof typeof NUMBER, boolean>>
const AMOUNTS = ['quantity', 'price', 'stopPrice'] as const

/** What both hosts write down. */
type Calls = unknown[]

function handHost(calls: Calls) {
  const overrides = {
    log: (message: string, event: number) => void calls.push(['log', event, message]),
    submitOrder: (order: OrderRequest, event: number) => {
      calls.push(['order', event, order])
      if (order.quantity === '666') throw new Failure('order_refused', 'too much 😀')
      return `order-ä-${event}`
    },
    cancelOrder: (id: string, event: number) => calls.push(['cancel', event, id]) > 0,
    cancelAll: (symbol: string, event: number) => calls.push(['cancel all', event, symbol]),
    query: (what: string, argument: string, event: number) => {
      calls.push(['query', event, what, argument])
      if (argument === 'nope') throw new Failure('order_refused', 'no such symbol')
      return { answer: 'ä😀' }
    },
    sleep: (ms: number, event: number) => void calls.push(['sleep', event, ms]),
  }
  return recordingHost(overrides).host
}

const camelCase = (word: string) => word.replace(/-./g, (dashed) => dashed.slice(1).toUpperCase())

function glueHost(calls: Calls): GlueHost {
  return {
    log: (event: number, message: string) => void calls.push(['log', event, message]),
    submitOrder: (
      event: number,
      request: Omit<OrderRequest, 'numbers'> & { orderType: string; numbers: GlueFlags },
    ) => {
      const { orderType, timeInForce, numbers: flags, ...rest } = request
      const given = Object.entries(rest).filter(([, value]) => value !== undefined)
      const type = camelCase(orderType)
      const numbers = AMOUNTS.filter((amount) => flags[amount]).reduce((bits, amount) => bits | NUMBER[amount], 0)
      const order = { ...Object.fromEntries(given), type, timeInForce: timeInForce.toUpperCase(), numbers }
      calls.push(['order', event, order])
      if (request.quantity === '666') throw Object.assign(new Error(), { payload: 'too much 😀' })
      return `order-ä-${event}`
    },
    cancelOrder: (event: number, id: string) => calls.push(['cancel', event, id]) > 0,
    cancelAll: (event: number, symbol: string) => calls.push(['cancel all', event, symbol]),
    query: (event: number, what: string, argument: string) => {
      calls.push(['query', event, camelCase(what), argument])
      if (argument === 'nope') throw Object.assign(new Error(), { payload: 'no such symbol' })
      return '{"answer":"ä😀"}'
    },
    sleep: (event: number, ms: number) => {
      calls.push(['sleep', event, ms])
      return false
    },
    wait: () => undefined,
    now: () => START_MS,
    randomSeed: () => 42n,
  }
}

/** The error of a `result` is thrown by the glue. */
function settled<T>(work: () => T): { ok: T } | { error: unknown } {
  try {
    return { ok: work() }
  } catch (error) {
    return { error: error instanceof Error && 'payload' in error ? error.payload : error }
  }
}

function records(): RecordWriter {
  const writer = new RecordWriter()
  writer.event(ticker(0, '1', '2', '3'))
  for (let n = 0; n < 9; n++) writer.event(trade(n))
  return writer
}

function playByHand(sandbox: Sandbox): unknown[] {
  const seen: unknown[] = []
  seen.push(sandbox.compile('let a = 😀;', 'bad.js'))
  const compiled = sandbox.compile(STRATEGY, 'all.js')
  if (!('bytecode' in compiled)) throw new Error(compiled.diagnostic.message)
  seen.push(
    Buffer.from(compiled.bytecode).toString('base64'),
    sandbox.load(compiled.bytecode),
    sandbox.start(ENVIRONMENT),
  )
  const writer = records()
  for (let at = 0; at < writer.count; ) {
    const outcome = sandbox.deliver(writer.from(at))
    at += outcome.consumed
    seen.push(outcome)
  }
  seen.push(sandbox.state())
  return seen
}

function playByGlue(sandbox: GlueSandbox): unknown[] {
  const seen: unknown[] = []
  const bad = settled(() => sandbox.compile('let a = 😀;', 'bad.js'))
  seen.push('error' in bad ? { diagnostic: bad.error } : bad)
  const bytecode = sandbox.compile(STRATEGY, 'all.js')
  const { metadata, ...loaded } = sandbox.load(bytecode, DEFAULT_LIMITS)
  seen.push(Buffer.from(bytecode).toString('base64'))
  seen.push({ loaded: { ...loaded, metadata: metadata === undefined ? undefined : JSON.parse(metadata) } })
  seen.push({ started: sandbox.start(JSON.stringify(ENVIRONMENT)) })
  const writer = records()
  for (let at = 0; at < writer.count; ) {
    const { fault, ...outcome } = sandbox.deliver(writer.from(at))
    at += outcome.consumed
    seen.push({ ...outcome, ...(fault && { fault }) })
  }
  const state = settled(() => sandbox.state())
  seen.push('ok' in state ? { json: state.ok } : { fault: state.error })
  return seen
}

test('the hand-made ABI and the generated glue see the same and are asked the same', async () => {
  const calls: { hand: Calls; glue: Calls } = { hand: [], glue: [] }
  using sandbox = new Sandbox(await loadEngine(), handHost(calls.hand))
  const byHand = playByHand(sandbox)
  expect(byHand).toEqual(playByGlue(await instantiateWithGlue(glueHost(calls.glue))))
  expect(calls.hand).toEqual(calls.glue)
  expect(calls.hand.length).toBeGreaterThan(20)
  expect(JSON.stringify(byHand)).toContain('TypeError: ä😀')
})
