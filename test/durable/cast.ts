/** Who runs: twenty instances over two recordings, of the shipped strategies and of one that would notice anything. */
import { join } from 'node:path'
import { MEMORY } from './memory'
import type { Recording } from './recordings'

export interface Part {
  readonly id: string
  readonly strategy: string
  readonly recording: Recording
  readonly config: Readonly<Record<string, unknown>>
}

/** The shipped strategies. */
export const HOME = join(import.meta.dir, '../../strategies')
/** The accounts at both recordings. */
export const PAPER = { takerBps: '5', makerBps: '2', cash: { USDT: '1000000' } }

export function castOf(month: Recording, tape: Recording): readonly Part[] {
  const on =
    (recording: Recording) =>
    (strategy: string, id: string, config: Part['config'] = {}) => ({
      id,
      strategy,
      recording,
      config: { dry_run: false, ...(strategy === 'memory' && { salt: id, last: recording.events }), ...config },
    })
  const candles = on(month)
  const trades = on(tape)
  return [
    candles('logging', 'candle-log', { every: 20, payload: true }),
    candles('momentum', 'momentum-fast', { lookback: 5, threshold: 0.1 }),
    candles('momentum', 'momentum-long', { lookback: 20, threshold: 0.2, allowShort: false }),
    candles('meanreversion', 'reversion', { lookback: 30, entry: 1.5 }),
    candles('grid', 'grid-wide', { levels: 4, spacing: 0.4 }),
    candles('grid', 'grid-narrow', { levels: 3, spacing: 0.3, quantity: 0.02 }),
    candles('marketmaking', 'maker', { spread: 80, requote: 60 }),
    candles('memory', 'memory-a', { every: 7 }),
    candles('memory', 'memory-b', { sleeps: false, quantity: 0.1 }),
    candles('memory', 'memory-c', { throws: false }),
    candles('memory', 'memory-dry', { dry_run: true }),
    trades('noop', 'nothing'),
    trades('delay', 'pauses', { delay: '2s' }),
    trades('logging', 'trade-log', { every: 50 }),
    trades('momentum', 'momentum-trades', { lookback: 10, threshold: 0.05 }),
    trades('meanreversion', 'reversion-trades', { lookback: 40, entry: 1.2 }),
    trades('grid', 'grid-trades', { levels: 3, spacing: 0.2 }),
    trades('marketmaking', 'maker-trades', { spread: 60, requote: 60 }),
    trades('memory', 'memory-d', { every: 5 }),
    trades('memory', 'memory-e', { sleeps: false, throws: false }),
  ]
}

/** The source of a strategy, as its file is named. */
export async function sourceOf(strategy: string): Promise<string> {
  if (strategy === 'memory') return MEMORY
  const [file] = await Array.fromAsync(new Bun.Glob(`${strategy}/*/${strategy}.js`).scan({ cwd: HOME, absolute: true }))
  return await Bun.file(file!).text()
}
