/** The options of a run, which every command that runs a strategy over market data takes. */
import { type Command, Option } from 'commander'
import { DEFAULT_SETTINGS } from '../../backtest/settings'
import { positiveDecimal, rate, setting, termAmount, time, timeframes, whole } from './flags'
import { DEFAULT_DATA } from './opening'

const values = new Option('--set <key=value...>', 'values of the config of the strategy').argParser(setting)

/** Adds them. @param set what takes the config. */
export function runOptions(command: Command, set: Option = values): Command {
  const { cash, leverage, rules, rates } = DEFAULT_SETTINGS
  return command
    .option(
      '-d, --data <file...>',
      `market data: text, Feather, Parquet; plain, .gz or .zip; - for standard input (default: ${DEFAULT_DATA}, else a sample)`,
    )
    .option('--symbol <symbol>', 'read this symbol alone; the name of it when the file does not say')
    .option('--timezone <zone>', 'of times that name none, as America/New_York (default: UTC)')
    .option('--from <time>', 'leave out what was before, as 2022-01-01 or 2022-01-01T12:00:00Z', time)
    .option('--to <time>', 'leave out this time and what was after', time)
    .option(
      '--timeframe <lengths>',
      'make candles of this length or of several, as 1m,5m,1h,1d,1w,1M, of the trades or shorter candles of the data',
      timeframes,
    )
    .option('--warmup <bars>', 'of each symbol, of the shortest timeframe: delivered, but orders are refused', whole(0))
    .option(
      '--cash <amount>',
      'opening equity, in the quote currency (of inverse contracts: the base currency)',
      positiveDecimal,
      cash,
    )
    .option(
      '--fee-bps <bps>',
      `fee of every fill, in hundredths of a percent (default: ${rules.takerBps})`,
      rate('feeBps'),
    )
    .option(
      '--maker-bps <bps>',
      'fee of fills that rested, below zero a rebate (default: as --fee-bps)',
      rate('makerBps'),
    )
    .option('--taker-bps <bps>', 'fee of the other fills (default: as --fee-bps)', rate('takerBps'))
    .option(
      '--fee-per-contract <amount>',
      'instead: fee of each contract or share filled',
      termAmount('feePerContract'),
    )
    .option('--fee-minimum <amount>', 'then: what an order pays at least, over all its fills', termAmount('feeMinimum'))
    .option('--slippage-bps <bps>', 'what a taker pays besides the price', rate('slippageBps'), rules.slippageBps)
    .option('--latency-ms <ms>', 'from an order to the venue', whole(0), rules.latencyMs)
    .addOption(
      choice('--fill <when>', 'a market order on trades or candles fills at the next price or at the one just seen', [
        'next',
        'same',
      ]),
    )
    .addOption(choice('--limit <when>', 'a limit order fills at a trade', ['through', 'touch']))
    .addOption(
      choice(
        '--account <model>',
        'positions of any sign, settled in the quote or in the base currency, or only what is there',
        ['linear', 'inverse', 'spot'],
      ),
    )
    .option('--multiplier <n>', 'units that a contract stands for (default: 1)', termAmount('multiplier'))
    .option(
      '--rules <file>',
      "rules of the markets: Binance's exchangeInfo, LEAN's symbol-properties-database.csv, or YAML by symbol",
    )
    .option('--leverage <n>', `notional over equity, at most (default: ${leverage})`, positiveDecimal)
    .option(
      '--margin-per-contract <amount>',
      'instead: equity that each contract binds',
      termAmount('marginPerContract'),
    )
    .option('--no-margin', 'do not check that the equity covers the orders')
    .option('--periods <n>', 'returns of a year: 252 for daily candles of stocks (default: 365, 52 or 12)', whole(1))
    .option('--seed <n>', 'of Math.random', whole(0), Number(DEFAULT_SETTINGS.seed))
    .option('--orders-per-second <n>', 'more are refused, as on a gateway', whole(1), rates.ordersPerSecond)
    .option('--logs-per-second <n>', 'more lines are left out, as on a gateway', whole(1), rates.logsPerSecond)
    .addOption(set)
    .option('--skip-bad-rows', 'count broken rows instead of refusing the file')
    .option('--format <name>', 'read the data as this format, perhaps with a length (ohlcv:1m); help lists the formats')
    .addOption(strategiesOption())
}

/** The strategy home, where selectors are looked up. */
function strategiesOption(): Option {
  return new Option('--strategies <folder>', 'where selectors are looked up')
    .default('strategies')
    .env('MELTICA_STRATEGIES')
}

function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices).default(choices[0])
}
