/** Pages of a long history: ten million executions, of which one page is read wherever it begins. */
import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { finish } from '../src/store/reading'
import { Store } from '../src/store/store'
import { folder } from './folder'
import { count, percentile, type Row, timesInTurnsMs } from './row'

const EXECUTIONS = 10_000_000
const PAGES = 200
const LIMIT = 100
const GOAL_MS = 10

export async function pagesRows(): Promise<Row[]> {
  using home = folder()
  const settings = { directory: home.path, log: () => undefined }
  Store.open(settings)[Symbol.dispose]()
  write(join(home.path, 'meltica.db'))
  using store = Store.open(settings)
  const page = (before?: number) =>
    finish(store.lists.executions(1, { offset: 0, limit: LIMIT, ...(before !== undefined && { before }) }))
  // numbers that are spread over all of it, the same in every run
  const somewhere = (round: number) => 1 + ((round * 7_368_787) % EXECUTIONS)
  const [first = [], anywhere = []] = await timesInTurnsMs(PAGES, [
    async () => page(),
    async (round) => page(somewhere(round)),
  ])
  return [row('the first', first, first), row('any', anywhere, first)]
}

const row = (which: string, times: readonly number[], baseline: readonly number[]): Row => {
  const [half, most, base] = [percentile(times, 50), percentile(times, 99), percentile(baseline, 50)]
  return {
    what: `${which} page of ${LIMIT} of ${count(EXECUTIONS)} executions, p50 / p99`,
    figure: `${half.toFixed(2)} / ${most.toFixed(2)} ms`,
    baseline: `the first page ${base.toFixed(2)} ms`,
    ratio: half / base,
    goal: `≤ ${GOAL_MS} ms`,
    reached: most <= GOAL_MS,
  }
}

/** As fast as a disk takes it: nobody minds losing it. */
function write(path: string): void {
  using db = new Database(path)
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN')
  db.run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO executions (order_id, instance, provider, symbol, side, price, quantity, fee, fee_currency, liquidity, time_ms)
     SELECT 'momentum-1-mh3k2p-' || i, 1, 'sim', 'BTC-USDT', iif(i % 2, 'buy', 'sell'), '43641.48', '0.01', '0.4364148',
       'USDT', 'taker', 1700000000000 + i FROM n`,
    [EXECUTIONS],
  )
  db.exec('COMMIT')
}
