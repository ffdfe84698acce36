/**
 * `meltica backtest-worker`: `meltica backtest` for a gateway, with which it ends; how far it is and what is refused are told in
 * lines of JSON. It is of no use by itself, hence hidden.
 */
import { writeSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { BacktestResult } from '../backtest/result/result'
import { Failure } from '../errors/failure'
import type { BacktestNews } from '../runtime/backtests/process'
import type { BacktestSummary } from '../schema/backtests'
import { backtestCommand } from './backtest'
import { endWithParent } from './parent'
import { refusalOf } from './refusal'

const NAME = 'backtest-worker'
const STANDARD_OUTPUT = 1
const PERCENT = 100

export function backtestWorkerCommand(): Command {
  return new Command(NAME)
    .description('run a backtest for a gateway')
    .argument('<gateway>', 'its process id')
    .argument('[word...]', 'as of meltica backtest')
    .allowUnknownOption()
    .action((gateway: string, words: readonly string[]) => backtest(Number(gateway), words))
}

async function backtest(gateway: number, words: readonly string[]): Promise<void> {
  endWithParent()
  // it may have ended before that
  if (process.ppid !== gateway) return
  let told = 0
  const command = backtestCommand({
    args: ['backtest', ...words],
    advanced(part) {
      const percent = Math.floor(part * PERCENT)
      if (percent === told) return
      told = percent
      tell({ progress: part })
    },
    ended: (result) => tell({ done: summaryOf(result) }),
  })
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  try {
    await command.parseAsync(words, { from: 'user' })
  } catch (error) {
    const refused = refusalOf(error instanceof CommanderError ? unreadable(error) : error)
    if (!refused) throw error
    tell({ refused })
  }
}

/** At once, also while events are being handled. */
function tell(news: BacktestNews): void {
  writeSync(STANDARD_OUTPUT, `${JSON.stringify(news)}\n`)
}

const unreadable = ({ message }: CommanderError): Failure => new Failure('usage', message.replace(/^error: /, ''))

const summaryOf = ({ stats, orders, logs, errors, stopped }: BacktestResult): BacktestSummary => ({
  stats: { ...stats },
  orders,
  logs,
  errors,
  stopped,
})
