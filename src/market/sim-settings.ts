/** What the simulator is told: the market that it makes up, and how fast. */
import { Failure } from '../errors/failure'
import { fixedTimeframe, parseTimeframes, type Timeframe, timeframesProblem } from './candles/timeframe'
import type { PathSettings } from './pricepath'
import { readSettings, type Setting, type Settings } from './settings'

export interface SimulatorSettings extends PathSettings {
  /** Lengths of the candles. */
  readonly timeframes: readonly Timeframe[]
  readonly speed: number
  readonly maxEvents: number
}

export const SIM_SETTINGS: readonly Setting[] = [
  {
    name: 'seed',
    type: 'int',
    description: 'makes the prices; equal seeds make equal prices',
    default: 42,
    required: false,
  },
  {
    name: 'intervalMs',
    type: 'int',
    description: 'market time between two steps, ms',
    default: 250,
    required: false,
    range: [1, 86_400_000],
  },
  {
    name: 'volatility',
    type: 'float',
    description: 'typical relative move per step',
    default: 0.0001,
    required: false,
    range: [0, 0.05],
  },
  {
    name: 'startPrice',
    type: 'float',
    description: 'first price of every symbol; 0: one that suits the symbol',
    default: 0,
    required: false,
    range: [0, 1_000_000],
  },
  {
    name: 'klineMs',
    type: 'int',
    description: 'length of a candle, ms, unless klines has others',
    default: 1000,
    required: false,
    range: [1, 86_400_000],
  },
  {
    name: 'klines',
    type: 'list',
    description: 'lengths of candles, as 1m, 5m, 1h, 1d, 1w or 1M, in place of klineMs',
    default: [],
    required: false,
    problem: timeframesProblem,
  },
  {
    name: 'speed',
    type: 'float',
    description: 'market time against real time; 0: as fast as possible',
    default: 1,
    required: false,
    range: [0, 1_000_000],
  },
  {
    name: 'maxEvents',
    type: 'int',
    description: 'finishes after the step that reaches this many events; 0: never',
    default: 0,
    required: false,
    range: [0, Number.MAX_SAFE_INTEGER],
  },
]

/** @throws Failure invalid_provider naming every wrong setting. */
export function readSimulatorSettings(config: Readonly<Record<string, unknown>>): SimulatorSettings {
  const settings = readSettings(SIM_SETTINGS, config)
  return {
    seed: settings.number('seed'),
    intervalMs: settings.number('intervalMs'),
    volatility: settings.number('volatility'),
    startPrice: settings.number('startPrice'),
    timeframes: timeframesOf(settings, config),
    speed: settings.number('speed'),
    maxEvents: settings.number('maxEvents'),
  }
}

function timeframesOf(settings: Settings, config: Readonly<Record<string, unknown>>): readonly Timeframe[] {
  const klines = settings.list('klines')
  if (klines.length === 0) return [fixedTimeframe(settings.number('klineMs'))]
  if (config.klineMs === undefined) return parseTimeframes(klines)
  const message = 'and "klineMs" both say how long candles are: name one of them'
  throw new Failure('invalid_provider', `"klines" ${message}`, { problems: [{ path: 'klines', message }] })
}
