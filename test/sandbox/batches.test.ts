/** How events are cut into batches never changes what a strategy does. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { loadEngine } from '../../src/sandbox/engine'
import { RecordWriter } from '../../src/sandbox/records'
import { ENVIRONMENT, load, recordingHost, trade } from './stage'

const engine = await loadEngine()

/** Trades on its own history, on chance, on the clock and on what the holder answers; and fails now and then. */
const TRADER = `module.exports = { create: ({ runtime, helpers }) => {
  const prices = [];
  return { onTrade(ctx, evt, payload, price) {
    prices.push(price);
    helpers.state.seen = prices.length;
    if (prices.length % 7 === 3) throw new Error('seventh');
    const mean = prices.reduce((a, b) => a + b) / prices.length;
    if (price > mean && Math.random() < 0.4) helpers.log(runtime.submitOrder('', 'buy', 1, (price + Date.now() % 10).toFixed(1)));
    if (price < mean && evt.symbol === 'ETH-USDT') runtime.submitMarketOrder('okx', 'sell', payload.quantity);
    if (price === 5) helpers.log(runtime.cancelOrder('order-1'), runtime.getLastPrice());
  } };
} }`

function play(prices: readonly number[], cuts: readonly number[]) {
  const { host, heard } = recordingHost()
  using sandbox = load(engine, host, TRADER)
  sandbox.start(ENVIRONMENT)
  const writer = new RecordWriter()
  const faults: string[] = []
  let next = 0
  for (let batch = 0; next < prices.length; batch++) {
    writer.clear()
    const size = cuts[batch % cuts.length] ?? 1
    for (const end = Math.min(next + size, prices.length); next < end; next++) {
      writer.event(trade(next, String(prices[next]), next % 3 ? 'BTC-USDT' : 'ETH-USDT'))
    }
    for (let at = 0; at < writer.count; ) {
      const { consumed, fault } = sandbox.deliver(writer.from(at), writer.words)
      at += consumed
      if (fault) faults.push(fault.message)
    }
  }
  return { orders: heard.orders, logs: heard.logs, faults, state: sandbox.state() }
}

test('batches of 1, of 1,000 and of any sizes give the same orders, logs, faults and state', () => {
  const prices = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 300 })
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(prices, sizes, (prices, sizes) => {
      const one = play(prices, [1])
      expect(play(prices, [1000])).toEqual(one)
      expect(play(prices, sizes)).toEqual(one)
    }),
    { numRuns: 40, seed: 20_220_101 },
  )
})
