/** What a replay is told: which recording, and how it is to be read and played. */
import { reasonOf } from '../files/reason'
import { timeframesProblem } from './candles/timeframe'
import { parseFormat } from './files/formats'
import { zoneProblem } from './files/zones'
import type { Setting } from './settings'

export const REPLAY_SETTINGS: readonly Setting[] = [
  {
    name: 'file',
    type: 'string',
    description:
      'a file of market data in the replay directory, by its path from there; several are separated by commas and merged by time',
    required: true,
  },
  {
    name: 'symbol',
    type: 'string',
    description: 'reads this symbol alone; names the data when the file does not',
    default: '',
    required: false,
  },
  {
    name: 'timezone',
    type: 'string',
    description: 'IANA zone of times in the data that name none, as America/New_York',
    default: '',
    required: false,
    problem: zoneProblem,
  },
  {
    name: 'format',
    type: 'string',
    description: 'format of the data, as meltica backtest --format help lists them; recognised when it is not set',
    default: '',
    required: false,
    problem: formatProblem,
  },
  {
    name: 'klines',
    type: 'list',
    description:
      'lengths of candles, as 1m, 5m, 1h, 1d, 1w or 1M: made of the trades, or of the shorter candles, of the data; none: the candles that the data have',
    default: [],
    required: false,
    problem: timeframesProblem,
  },
  {
    name: 'rules',
    type: 'string',
    description:
      "a file of the rules of its markets, in the replay directory: Binance's exchangeInfo, LEAN's symbol properties, or YAML",
    default: '',
    required: false,
  },
  {
    name: 'speed',
    type: 'float',
    description: 'recorded time against real time: 1 as recorded, 60 a minute per second, 0 as fast as possible',
    default: 1,
    required: false,
    range: [0, 1_000_000],
  },
]

function formatProblem(format: string): string | undefined {
  try {
    parseFormat(format)
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}
