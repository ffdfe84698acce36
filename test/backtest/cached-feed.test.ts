/** The promise that a run over a feed kept in memory is the run over the files, to the byte of what it tells. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { cachedFeed } from '../../src/backtest/cached-feed'
import { Encodings } from '../../src/backtest/encodings'
import { runBacktest } from '../../src/backtest/run'
import { DEFAULT_SETTINGS } from '../../src/backtest/settings'
import { compileForBacktest } from '../../src/backtest/strategy'
import { type DataFeed, openData } from '../../src/market/files/open'
import { loadEngine } from '../../src/sandbox/engine'
import { digestOf } from '../../src/schema/digest'
import { candles, folder, strategy, trades } from './backtests'

/** Tells what it sees of each event, and orders at random, of the symbol under way. */
const RESTLESS = strategy(
  `
  onTrade(ctx, evt, payload, price) { act(evt, price) },
  onKlineSummary(ctx, evt, payload) { act(evt, Number(payload.closePrice)) },
  onOrderFilled(ctx, evt, payload) { log(evt.symbol, JSON.stringify(payload)) },
  onOrderRejected(ctx, evt, payload, reason) { log(evt.symbol, reason) },
  `,
  `
  function act(evt, price) {
    log(JSON.stringify(evt), runtime.getLastPrice(), runtime.position(), runtime.equity())
    if (Math.random() * 10 < config.n) runtime.submitMarketOrder('', Math.random() - 0.5, 1)
    if (Math.random() * 10 < config.n) runtime.submitOrder('', 'sell', 1, (price + 1).toFixed(1))
  }
  `,
)

const engine = await loadEngine()

async function compiled(source: string) {
  const bytes = new TextEncoder().encode(source)
  const answer = await compileForBacktest(engine, { bytes, hash: digestOf(bytes), tag: undefined })
  if ('diagnostics' in answer) throw new Error(JSON.stringify(answer.diagnostics))
  return answer
}

/** Everything that a run tells, as text. */
async function toldOf(source: string, feed: DataFeed, n: number, encodings?: Encodings): Promise<string> {
  const told: string[] = []
  const ran = await runBacktest({
    engine,
    strategy: await compiled(source),
    config: { n, dry_run: false },
    settings: { ...DEFAULT_SETTINGS, cash: '100000', rates: { ...DEFAULT_SETTINGS.rates, logsPerSecond: 100_000 } },
    feed,
    provider: 'backtest',
    ...(encodings && { encodings }),
    observers: [
      {
        logged: (timeMs, message) => told.push(`${timeMs} ${message}`),
        reported: ({ payload }) => told.push(JSON.stringify(payload)),
        traded: (trade) => told.push(JSON.stringify(trade)),
      },
    ],
  })
  return [...told, JSON.stringify(ran), JSON.stringify(feed.sources), feed.symbols.join()].join('\n')
}

/** @param texts of files, each named after its symbol. */
async function expectSame(source: string, texts: Record<string, string>, runs: readonly number[]) {
  await using home = await folder()
  const paths: string[] = []
  for (const [symbol, text] of Object.entries(texts)) {
    paths.push(join(home.path, `${symbol}.csv`))
    await Bun.write(paths.at(-1)!, text)
  }
  await using stack = new AsyncDisposableStack()
  const open = async () => stack.use(await openData(paths, { provider: 'backtest' }))
  const cached = (await cachedFeed(await open(), 100 << 20))!
  const encodings = new Encodings()
  for (const n of runs) {
    const plain = await toldOf(source, await open(), n)
    expect(await toldOf(source, cached, n, encodings)).toBe(plain)
    expect(plain.length).toBeGreaterThan(10_000)
  }
}

const walk = (length: number) => Array.from({ length }, (_, i) => (100 + 5 * Math.sin(i / 7) + (i % 3)).toFixed(1))

test('trades', () => expectSame(RESTLESS, { 'BTC-USDT': trades(...walk(700)) }, [3, 0, 9, 3]))

test('candles', () => {
  const bars = walk(300).map((price) => [Number(price), Number(price) + 1, Number(price) - 1, Number(price)] as const)
  return expectSame(RESTLESS, { 'BTC-USDT': candles(...bars) }, [3, 9, 0])
})

test('a symbol that comes up after orders have brought words of their own', () => {
  const later = trades(...walk(900)).split('\n')
  const late = [later[0], ...later.slice(600)].join('\n')
  return expectSame(RESTLESS, { 'BTC-USDT': trades(...walk(900)), 'ETH-USDT': late }, [9, 0, 3, 9])
})

test('a strategy that listens to candles alone, beside one that listens to trades, over the same encodings', async () => {
  const deaf = strategy('onKlineSummary() {}, onOrderFilled() {}')
  await using home = await folder()
  const path = join(home.path, 'BTC-USDT.csv')
  await Bun.write(path, trades(...walk(300)))
  await using feed = await openData([path], { provider: 'backtest' })
  const cached = (await cachedFeed(feed, 100 << 20))!
  const encodings = new Encodings()
  const heard = await toldOf(RESTLESS, cached, 5, encodings)
  expect(await toldOf(deaf, cached, 5, encodings)).toBe(await toldOf(deaf, cached, 5))
  expect(await toldOf(RESTLESS, cached, 5, encodings)).toBe(heard)
})

test('what is too much to keep is read to its end and not kept', async () => {
  await using home = await folder()
  const path = join(home.path, 'BTC-USDT.csv')
  await Bun.write(path, trades(...walk(300)))
  await using feed = await openData([path], { provider: 'backtest' })
  expect(await cachedFeed(feed, 1000)).toBeUndefined()
  expect(feed.sources).toMatchObject([
    { rows: 300, sha256: new Bun.CryptoHasher('sha256').update(trades(...walk(300))).digest('hex') },
  ])
})
