/** What backtests may need that are asked of the gateway: a machine that trades has other things to do. */
import { durationMs } from '../schema/risk-set'
import type { Choices } from './choices'
import type { ConfigFile } from './file-schema'

const DEFAULTS = { concurrent: 1, queue: 20, keep: 100, keepMiB: 1024, memoryMiB: 2048, timeout: '1h' }
const MIB = 1 << 20

export interface BacktestLimits {
  /** How many run at once, and how many may wait. */
  readonly concurrent: number
  readonly queue: number
  /** How many that are over are kept, and how much their files may take together, in bytes. */
  readonly keep: number
  readonly keepBytes: number
  /** What each may need, in bytes and ms. */
  readonly memoryBytes: number
  readonly timeoutMs: number
}

export function backtestLimits(choices: Choices, { backtests }: ConfigFile): BacktestLimits {
  const { concurrent, queue, keep, keepMiB, memoryMiB, timeout } = DEFAULTS
  return {
    concurrent: choices.setting('backtests.concurrent', backtests?.concurrent, concurrent),
    queue: choices.setting('backtests.queue', backtests?.queue, queue),
    keep: choices.setting('backtests.keep', backtests?.keep, keep),
    keepBytes: MIB * choices.setting('backtests.keepMiB', backtests?.keepMiB, keepMiB),
    memoryBytes: MIB * choices.setting('backtests.memoryMiB', backtests?.memoryMiB, memoryMiB),
    timeoutMs: durationMs(choices.setting('backtests.timeout', backtests?.timeout, timeout)),
  }
}
