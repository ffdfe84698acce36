/** Several strategies in one run: what each sees of the others, and what is told of all. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { runTogether } from '../../src/backtest/run'
import { DEFAULT_SETTINGS } from '../../src/backtest/settings'
import type { EquityPoint } from '../../src/backtest/statistics/equity-points'
import type { ClosedTrade } from '../../src/backtest/statistics/trades'
import { compileForBacktest } from '../../src/backtest/strategy'
import { openData } from '../../src/market/files/open'
import { loadEngine } from '../../src/sandbox/engine'
import { digestOf } from '../../src/schema/digest'
import { backtest, folder, strategy, trades } from './backtests'

interface Terms {
  readonly accounts?: 'own' | 'shared'
  readonly cash?: string
  readonly leverage?: string
  readonly rules?: Partial<typeof DEFAULT_SETTINGS.rules>
}

async function together(sources: Record<string, string>, csv: string, terms: Terms = {}) {
  await using home = await folder()
  const path = join(home.path, 'data.csv')
  await Bun.write(path, csv)
  const engine = await loadEngine()
  const members = []
  for (const [label, source] of Object.entries(sources)) {
    const bytes = new TextEncoder().encode(source)
    const compiled = await compileForBacktest(engine, { bytes, hash: digestOf(bytes), tag: undefined })
    if ('diagnostics' in compiled) throw new Error(compiled.diagnostics.map(({ message }) => message).join('; '))
    members.push({ label, strategy: compiled, config: { n: 1, dry_run: false } })
  }
  await using feed = await openData([path], { provider: 'backtest', symbol: 'BTC-USDT' })
  const { accounts = 'own', rules, ...settings } = terms
  const lines: string[] = []
  const closed: ClosedTrade[] = []
  const reports: string[] = []
  const decided: string[] = []
  let equity: readonly EquityPoint[] = []
  let profits: ReadonlyMap<string, readonly EquityPoint[]> = new Map()
  const ran = await runTogether({
    engine,
    members,
    accounts,
    feed,
    provider: 'backtest',
    settings: {
      ...DEFAULT_SETTINGS,
      ...settings,
      rules: { ...DEFAULT_SETTINGS.rules, takerBps: '0', makerBps: '0', ...rules },
    },
    observers: [
      {
        logged: (_, message) => void lines.push(message),
        traded: (trade) => void closed.push(trade),
        reported: ({ order, payload }, of) => void reports.push(`${of} ${order.clientOrderId} ${payload.state}`),
        decided: (decision, of) => void decided.push(`${of} ${decision.kind}`),
        valued: (points, each) => {
          equity = points
          profits = each ?? new Map()
        },
      },
    ],
  })
  const made = closed.map((trade) => trade.toJSON())
  return { ...ran, lines, made, reports, decided, equity, profits }
}

/** Logs what it hears; at the n-th trade it does something. */
const member = (acts: Record<number, string>, more = '') =>
  strategy(
    `onTrade(ctx, evt, p, price) {
      n++
      log('trade', n, price, runtime.position().quantity, runtime.equity(), runtime.openOrders().length)
      switch (n) { ${Object.entries(acts)
        .map(([at, act]) => `case ${at}: ${act}; break;`)
        .join('\n')} }
    },
    onOrderAcknowledged(ctx, evt, p) { log('ack', p.clientOrderId) },
    onOrderFilled(ctx, evt, p) { log('filled', p.clientOrderId, p.avgFillPrice) },
    onOrderCancelled(ctx, evt, p) { log('cancelled', p.clientOrderId) },
    onOrderRejected(ctx, evt, p, reason) { log('rejected', reason) }, ${more}`,
    'let n = 0',
  )
const buy = (quantity: string) => `runtime.submitMarketOrder('', 'buy', '${quantity}')`
const sell = (quantity: string) => `runtime.submitMarketOrder('', 'sell', '${quantity}')`

test('each sees every event in the order given, and with accounts of their own what it would see alone', async () => {
  const one = member(
    { 1: buy('1'), 3: `runtime.submitOrder('', 'sell', '1', '104')`, 4: sell('1') },
    `onEnd() { log('end') },`,
  )
  const other = member({ 2: sell('2'), 4: `helpers.sleep(1500); ${buy('2')}` }, `onEnd() { log('end') },`)
  const csv = trades(100, 101, 102, 103, 105, 104, 100)
  const { lines, made, members, ...ran } = await together({ a: one, b: other }, csv)
  const options = { rules: { takerBps: '0', makerBps: '0' } }
  const ids = (line: string) => line.replaceAll('tester-0-', 'X-0-').replaceAll(/[ab]-0-/g, 'X-0-')
  for (const [label, source] of [
    ['a', one],
    ['b', other],
  ] as const) {
    const alone = await backtest(source, csv, options)
    const own = lines.filter((line) => line.startsWith(`${label}: `)).map((line) => ids(line.slice(3)))
    expect(own).toEqual(alone.lines.map((line) => ids(line.slice(13))))
    const trades = made.filter((trade) => trade.strategy === label).map(({ strategy: _, ...trade }) => trade)
    expect(trades).toEqual(alone.trades)
  }
  const events = lines.filter((line) => line.includes(': trade '))
  expect(events.slice(0, 4).map((line) => line.slice(0, 10))).toEqual([
    'a: trade 1',
    'b: trade 1',
    'a: trade 2',
    'b: trade 2',
  ])
  expect(lines.slice(-2)).toEqual(['a: end', 'b: end'])
  expect(members).toMatchObject([
    { label: 'a', orders: 3, errors: 0, stopped: null, handled: true },
    { label: 'b', orders: 2, errors: 0, stopped: null, handled: true },
  ])
  expect(ran).toMatchObject({ orders: 5, errors: 0, stopped: null, liquidatedMs: null })
  expect(ran.stats).toMatchObject({ startEquity: 20000, trades: made.length })
  const pnl = made.reduce((sum, trade) => sum + Number(trade.pnl), 0)
  expect(ran.stats.finalEquity).toBeCloseTo(20000 + pnl, 9)
})

test('in one account all see its position and equity, and none reaches the orders of another', async () => {
  const one = member({
    1: `${buy('1')}; runtime.submitOrder('', 'buy', '1', '50')`,
    3: `log('cancels', runtime.cancelAll())`,
  })
  const other = member({
    2: `log('open', runtime.openOrders().length, runtime.cancelAll(), runtime.cancelOrder('a-0-2'))`,
    3: sell('3'),
  })
  const { lines, made, stats } = await together({ a: one, b: other }, trades(100, 100, 110, 120), {
    accounts: 'shared',
  })
  expect(lines).toEqual([
    'a: trade 1 100 0 10000 0',
    'b: trade 1 100 0 10000 0',
    'a: ack a-0-1',
    'a: ack a-0-2',
    'a: filled a-0-1 100',
    'a: trade 2 100 1 10000 1',
    'b: trade 2 100 1 10000 0',
    'b: open 0 0 false',
    'a: trade 3 110 1 10010 1',
    'a: cancels 1',
    'b: trade 3 110 1 10010 0',
    'a: cancelled a-0-2',
    'b: ack b-0-1',
    'b: filled b-0-1 120',
    'a: trade 4 120 -2 10020 0',
    'b: trade 4 120 -2 10020 0',
  ])
  expect(made).toMatchObject([
    { strategy: 'a', side: 'long', quantity: '1', entryPrice: '100', open: true },
    { strategy: 'b', side: 'short', quantity: '3', entryPrice: '120', open: true },
  ])
  expect(stats).toMatchObject({ startEquity: 10000, finalEquity: 10020 })
})

test('one that is stopped leaves the others to go on, and one that is liquidated keeps its loss to itself', async () => {
  const csv = trades(100, 100, 100, 80, 70, 100)
  const sources = {
    lost: member({ 2: 'for (;;);' }),
    broke: member({ 1: buy('500') }),
    sound: member({ 1: buy('1'), 5: sell('1') }),
  }
  const { members, stats, stopped, liquidatedMs, made } = await together(sources, csv, { leverage: '5' })
  expect(members.map(({ label, orders, stopped: why }) => [label, orders, why !== null])).toEqual([
    ['lost', 0, true],
    ['broke', 1, false],
    ['sound', 2, false],
  ])
  expect(stopped).toStartWith('lost: ')
  expect(liquidatedMs).toBe(Date.UTC(2024, 0, 1) + 3000)
  expect(made.map((trade) => [trade.strategy, trade.pnl])).toEqual([
    ['broke', '-10000'],
    ['sound', '0'],
  ])
  expect(stats).toMatchObject({ startEquity: 30000, finalEquity: 20000 })
})

test('what the venue closes of a shared account ends the trades of each, and is told to all and to observers once', async () => {
  const risk = `onRiskControl(ctx, evt, risk) { log('risk', risk.breachType) },`
  const sources = {
    idle: member({}, risk),
    long: member({ 1: `${buy('400')}; runtime.submitOrder('', 'buy', '1', '50')` }, risk),
    short: member({ 2: sell('100') }, risk),
  }
  const { lines, made, stats, liquidatedMs, reports, members } = await together(
    sources,
    trades(100, 100, 90, 60, 60, 60),
    { accounts: 'shared', leverage: '5' },
  )
  const told = lines.filter((line) => !line.includes(': trade ') && !line.includes(' ack '))
  expect(told.map((line) => line.replace(/liquidation-\S+-1 /, 'liquidation '))).toEqual([
    'long: filled long-0-1 100',
    'short: filled short-0-1 90',
    'idle: filled liquidation 60',
    'idle: risk LIQUIDATION',
    'long: cancelled long-0-2',
    'long: filled liquidation 60',
    'long: risk LIQUIDATION',
    'short: filled liquidation 60',
    'short: risk LIQUIDATION',
  ])
  expect(made).toMatchObject([
    { strategy: 'long', side: 'long', quantity: '400', entryPrice: '100', exitPrice: '60', pnl: '-16000' },
    { strategy: 'short', side: 'short', quantity: '100', entryPrice: '90', exitPrice: '60', pnl: '3000' },
  ])
  expect(made.filter(({ open }) => open)).toEqual([])
  expect(stats).toMatchObject({ startEquity: 10000, finalEquity: -3000, trades: 2 })
  expect(liquidatedMs).toBe(Date.UTC(2024, 0, 1) + 3000)
  expect(reports.filter((line) => line.startsWith('undefined liquidation'))).toHaveLength(1)
  expect(members.map(({ label, orders }) => [label, orders])).toEqual([
    ['idle', 0],
    ['long', 2],
    ['short', 1],
  ])
})

test.each(['own', 'shared'] as const)(
  'the profits of all add up to the equity at every moment, accounts: %s',
  async (accounts) => {
    const sources = {
      one: member({ 1: buy('2'), 3: sell('1'), 6: sell('3') }),
      other: member({ 2: sell('1'), 5: buy('2') }),
      idle: member({}),
    }
    const csv = trades(100, 103, 99, 104, 108, 101, 97, 95, 99)
    const rules = { takerBps: '10' }
    const { equity, profits, byStrategy, stats, reports, decided } = await together(sources, csv, { accounts, rules })
    const at = (points: readonly EquityPoint[], timeMs: number) =>
      Number(points.findLast(([pointMs]) => pointMs <= timeMs)![1])
    expect([...profits.keys()]).toEqual(['one', 'other', 'idle'])
    expect(equity.length).toBeGreaterThan(6)
    for (const [timeMs, amount] of equity) {
      const sum = [...profits.values()].reduce((total, points) => total + at(points, timeMs), 0)
      expect(Number(amount) - stats.startEquity!).toBeCloseTo(sum, 9)
    }
    const last = (label: string) => profits.get(label)!.at(-1)![1]
    expect(byStrategy!.map(({ strategy, pnl }) => [strategy, pnl])).toEqual([
      ['one', last('one')],
      ['other', last('other')],
    ])
    expect(last('idle')).toBe('0')
    expect(decided).toEqual(['one submit', 'other submit', 'one submit', 'other submit', 'one submit'])
    expect(reports.map((line) => line.split(' ')[0])).toEqual(
      reports.map((line) => line.split(' ')[1]!.replace(/-.*/, '')),
    )
  },
)

test('a long run keeps the outermost profits of each of its bars', async () => {
  const sources = { one: member({ 2: buy('1') }), other: member({ 2: sell('1') }) }
  const price = (at: number) => 1000 + Math.round(100 * Math.sin(at / 5000)) + (at === 70_000 ? 400 : 0)
  const { profits } = await together(sources, trades(...Array.from({ length: 101_000 }, (_, at) => price(at))))
  const [one, other] = [profits.get('one')!, profits.get('other')!].map((points) =>
    points.map(([, amount]) => Number(amount)),
  )
  expect(one!.length).toBeLessThan(20_000)
  const entry = price(2)
  expect([Math.max(...one!), Math.min(...other!)]).toEqual([price(70_000) - entry, entry - price(70_000)])
}, 60_000)
