/** Backtests of a gateway under test: market data in its replay folder, and strategies that take their time. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strategySource, type TestGateway } from './gateway'

/** Trades up and down at every other candle, and names itself as a page would not like. */
export const SWINGER = strategySource(
  {
    name: 'swinger',
    displayName: '</script><img src=x onerror=alert(1)>',
    config: [
      { name: 'size', type: 'float', default: 1 },
      { name: 'note', type: 'string', default: '' },
    ],
    events: ['KlineSummary'],
  },
  "onKlineSummary() { this.n = (this.n ?? 0) + 1; env.runtime.submitMarketOrder('', this.n % 2 ? 'buy' : 'sell', env.config.size) }",
)

/** Takes longer than any test. */
export const PLODDER = strategySource(
  { name: 'plodder', events: ['KlineSummary'] },
  'onKlineSummary() { for (let i = 0; i < 3e6; i++); }',
)

/** Candles of a minute each, as CSV. */
export function candles(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const [open, close] = [100 + (i % 7), 100 + ((i + 1) % 7)]
    return `${Date.UTC(2026, 0, 1) + 60_000 * i},${open},${Math.max(open, close)},${Math.min(open, close)},${close},5`
  })
  return `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`
}

/** Puts a file where backtests may read it. @returns the folder. */
export function addData({ folder }: Pick<TestGateway, 'folder'>, file: string, text: string): string {
  const replay = join(folder, 'data/replay')
  mkdirSync(replay, { recursive: true })
  writeFileSync(join(replay, file), text)
  return replay
}
