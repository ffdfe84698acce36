/** How many orders may be open at once, and how much may be held: as a venue refuses it, when the order arrives. */
import { expect, test } from 'bun:test'
import { backtest, strategy, trades } from '../../backtest/backtests'

/** What the orders that the strategy sends at each trade come to. */
async function told(acts: Record<number, string>, instrument: object, options: object = {}): Promise<string[]> {
  const source = strategy(
    `onTrade() {
      switch (++n) { ${Object.entries(acts)
        .map(([at, act]) => `case ${at}: ${act}; break;`)
        .join('\n')} }
    },
    onOrderAcknowledged(ctx, evt, p) { log('ack', p.clientOrderId.slice(-1)) },
    onOrderFilled(ctx, evt, p) { log('filled', p.clientOrderId.slice(-1)) },
    onOrderRejected(ctx, evt, p, reason) { log('rejected', p.clientOrderId.slice(-1), reason) },`,
    `let n = 0
     const limit = (side, quantity, price, more) => runtime.submit({ side, type: 'limit', quantity, price, ...more })
     const stop = (side, quantity, stopPrice) => runtime.submit({ side, type: 'stop', quantity, stopPrice })
     const market = (side, quantity) => runtime.submit({ side, type: 'market', quantity })`,
  )
  const filters = { openOrders: 'MAX_NUM_ORDERS', openStopOrders: 'MAX_NUM_ALGO_ORDERS', position: 'MAX_POSITION' }
  const { lines, faults } = await backtest(source, trades(100, 100, 100, 100, 100, 100), {
    instrument: { ...instrument, filters },
    ...options,
  })
  expect(faults).toEqual([])
  return lines.map((line) => line.slice(13))
}

const MOST = 'rejected 3 2 orders of BTC-USDT are open, the most that may be (filter MAX_NUM_ORDERS)'

for (const latencyMs of [0, 500]) {
  test(`as many orders may rest as are allowed, those that fill at once do not count, latency ${latencyMs} ms`, async () => {
    const lines = await told(
      {
        1: `limit('buy', '1', '50'); limit('buy', '1', '51'); limit('buy', '1', '52')`,
        3: `market('buy', '1'); limit('sell', '1', '150', { timeInForce: 'IOC' })`,
        5: `runtime.cancelAll(); limit('buy', '1', '53')`,
      },
      { maxOpenOrders: 2 },
      { rules: { latencyMs } },
    )
    expect(lines).toEqual(['ack 1', 'ack 2', MOST, 'ack 4', 'ack 5', 'filled 4', 'ack 6'])
  })
}

test('orders that wait for a stop price are counted by themselves, and with the others', async () => {
  const lines = await told(
    {
      1: `stop('buy', '1', '150'); stop('buy', '1', '151'); limit('buy', '1', '50'); limit('buy', '1', '51')`,
    },
    { maxOpenStopOrders: 1, maxOpenOrders: 2 },
  )
  expect(lines).toEqual([
    'ack 1',
    'rejected 2 1 stop orders of BTC-USDT are open, the most that may be (filter MAX_NUM_ALGO_ORDERS)',
    'ack 3',
    'rejected 4 2 orders of BTC-USDT are open, the most that may be (filter MAX_NUM_ORDERS)',
  ])
})

test('what is held, what may still be bought and the order are no more than a position may be', async () => {
  const lines = await told(
    {
      1: `market('buy', '2')`,
      3: `limit('buy', '1', '50'); limit('buy', '1.5', '51'); limit('buy', '1', '52'); limit('sell', '9', '150')`,
    },
    { maxPosition: '4' },
    { leverage: '20' },
  )
  expect(lines).toEqual([
    'ack 1',
    'filled 1',
    'ack 2',
    'rejected 3 with it the position and open orders to buy of BTC-USDT would be 4.5, above the maximum of 4 (filter MAX_POSITION)',
    'ack 4',
    'ack 5',
  ])
})
