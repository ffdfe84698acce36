/** What a strategy may still do when the data have ended. */
import { expect, test } from 'bun:test'
import { backtest, candles, strategy, trades } from './backtests'

const REPORTS = `
  onOrderAcknowledged(ctx, evt, p) { log('ack', p.side, p.quantity) },
  onOrderFilled(ctx, evt, p) { log('filled', p.avgFillPrice, p.commissionAmount, runtime.position().quantity) },
  onOrderCancelled(ctx, evt, p) { log('cancelled', p.filledQuantity, p.rejectReason) },
  onOrderExpired(ctx, evt, p) { log('expired', p.rejectReason) },
  onOrderRejected(ctx, evt, p, reason) { log('rejected', reason) },`

/** @param first done at the first event. @param end done at the end. */
const ending = (first: string, end: string, more = REPORTS) =>
  strategy(
    `onTrade() { if (n++ === 0) { ${first} } }, onKlineSummary() { if (n++ === 0) { ${first} } },
     onEnd(ctx, evt) { log('end', evt.type, evt.emitTs, evt.seqProvider, runtime.getLastPrice()); ${end} }, ${more}`,
    'let n = 0',
  )
const BUY = `runtime.submitMarketOrder('', 'buy', 2)`
const SELL = `runtime.submitMarketOrder('', 'sell', 2)`
const said = ({ lines }: { lines: readonly string[] }) => lines.map((line) => line.slice(13))

test('a position that is closed at the end is closed at the last price, with the fee and slippage of a taker', async () => {
  const options = { rules: { takerBps: '10', slippageBps: '100' } }
  const ran = await backtest(ending(BUY, SELL), trades(100, 100, 110), options)
  expect(said(ran)).toEqual([
    'ack Buy 2',
    'filled 101 0.202 2',
    'end End 2024-01-01T00:00:02.000Z 4 110',
    'ack Sell 2',
    'filled 108.9 0.2178 0',
  ])
  expect(ran.trades).toMatchObject([{ entryPrice: '101', exitPrice: '108.9', fees: '0.4198', pnl: '15.3802' }])
  expect(ran.trades[0]).not.toHaveProperty('open')
  expect(ran).toMatchObject({ orders: 2, errors: 0, stopped: null })
  expect(ran.stats.finalEquity).toBe(10015.3802)
})

test('on candles the last price is the close of the last', async () => {
  const bars = candles([1, 5, 1, 2], [3, 9, 3, 4], [5, 8, 5, 7])
  const ran = await backtest(ending(BUY, SELL), bars)
  expect(said(ran).slice(-1)).toEqual(['filled 7 0.014 0'])
  expect(ran.trades).toMatchObject([{ entryPrice: '3', exitPrice: '7', exitTime: '2024-01-01T00:02:59.999Z' }])
})

test('on quotes it is what the other side shows', async () => {
  const quotes = [
    'timestamp,bid,ask',
    ...[1, 2, 3].map((n) => `${Date.UTC(2024, 0, 1) + n * 1000},${99 + n},${101 + n}`),
  ]
  const source = strategy(
    `onTicker() { if (n++ === 0) ${BUY} }, onEnd() { ${SELL}; runtime.submitOrder('', 'sell', 1, 103) }, ${REPORTS}`,
    'let n = 0',
  )
  const ran = await backtest(source, [...quotes, ''].join('\n'), { rules: { takerBps: '0' } })
  expect(said(ran)).toEqual([
    'ack Buy 2',
    'filled 102 0 2',
    'ack Sell 2',
    'filled 102 0 0',
    'ack Sell 1',
    'cancelled 0 the data have ended',
  ])
})

test('limit orders that the last price crosses are filled there, and what would rest is cancelled', async () => {
  const end = `
    runtime.submitOrder('', 'buy', 1, 105)
    runtime.submitOrder('', 'buy', 1, 99)
    runtime.submit({ side: 'sell', type: 'limit', quantity: 1, price: 90, postOnly: true })
    runtime.submit({ side: 'sell', type: 'limit', quantity: 1, price: 120, timeInForce: 'IOC' })
    runtime.submit({ side: 'sell', type: 'stop', quantity: 1, stopPrice: 95 })`
  const ran = await backtest(ending('', end), trades(100, 100), { rules: { takerBps: '0' } })
  expect(said(ran).slice(1)).toEqual([
    'ack Buy 1',
    'filled 100 0 1',
    'ack Buy 1',
    'cancelled 0 the data have ended',
    'rejected post-only: it would have taken liquidity',
    'ack Sell 1',
    'cancelled 0 the data have ended',
    'ack Sell 1',
    'cancelled 0 the data have ended',
  ])
  expect(ran.trades).toMatchObject([{ side: 'long', quantity: '1', open: true }])
})

test('what is open is cancelled before, latency and sleeps included, and holds nothing back', async () => {
  const first = `${BUY}; runtime.submitOrder('', 'sell', 1, 150); helpers.sleep(60_000); runtime.submitOrder('', 'buy', 50, 90)`
  const end = `log('open', runtime.openOrders().length, runtime.balance('USDT').available); runtime.submitMarketOrder('', 'buy', 90); helpers.sleep(5); ${SELL}`
  const options = { rules: { takerBps: '0', latencyMs: 500 } }
  const ran = await backtest(ending(first, end, REPORTS), trades(100, 100, 100, 100), options)
  expect(said(ran).filter((line) => !line.startsWith('ack'))).toEqual([
    'filled 100 0 2',
    'cancelled 0 undefined',
    'end End 2024-01-01T00:00:03.000Z 5 100',
    'open 0 9800',
    'filled 100 0 90',
    'filled 100 0 90',
  ])
})

test('nothing is ordered at the end but by onEnd, and that once', async () => {
  const more = `
    onOrderCancelled() { try { ${BUY} } catch (error) { log('cancelled', error.message) } },
    onOrderFilled(ctx, evt, p) { try { ${SELL} } catch (error) { log('filled', error.message) } },`
  const ran = await backtest(ending(`runtime.submitOrder('', 'buy', 1, 10)`, BUY, more), trades(100, 100))
  expect(said(ran)).toEqual([
    'cancelled the data have ended',
    'end End 2024-01-01T00:00:01.000Z 3 100',
    'filled the data have ended',
  ])
})

test('a strategy that was stopped has no end; one whose end throws is told as ever', async () => {
  const stopped = await backtest(ending('for (;;);', BUY), trades(100, 100))
  expect(said(stopped)).toEqual([])
  expect(stopped.stopped).toContain('out of time')
  const thrown = await backtest(ending('', `${BUY}; throw new Error('no more')`), trades(100, 100))
  expect(thrown).toMatchObject({ errors: 1, orders: 1, stopped: null })
  expect(thrown.faults[0]).toContain('no more')
  expect(said(thrown).slice(-1)[0]).toStartWith('filled 100')
})

test('a dry run has an end as well, and one that only listens to it', async () => {
  const dry = await backtest(ending('', BUY), trades(100, 100), { config: { dry_run: true } })
  expect(dry).toMatchObject({ orders: 0, skipped: 1 })
  const only = await backtest(strategy(`onEnd(ctx, evt) { log(JSON.stringify(evt)) }`), trades(100, 101))
  const at = '2024-01-01T00:00:01.000Z'
  expect(JSON.parse(said(only)[0]!)).toEqual({
    eventId: 'backtest-3',
    routingVersion: 1,
    provider: 'backtest',
    symbol: '',
    type: 'End',
    seqProvider: 3,
    ingestTs: at,
    emitTs: at,
    payload: null,
  })
})
