/** The adapter `replay`: recorded market data as if it happened now, at its speed or faster. Times are the file's. */
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import { parseFormat } from './files/formats'
import type { Adapter } from './provider'
import { ReplayFolder } from './replay-folder'
import { Replay } from './replay-provider'
import { readSettings, type Setting } from './settings'

const SETTINGS: readonly Setting[] = [
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
  },
  {
    name: 'format',
    type: 'string',
    description: 'format of the data, as meltica backtest --format help lists them; recognised when it is not set',
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
/** @param directory of which it opens files, and of no other. */
export const replayOf = (directory: string): Adapter => ({
  identifier: 'replay',
  displayName: 'Replay',
  venue: 'replay',
  description:
    'Recorded market data from files, at the speed of the recording or faster; begins with the first subscription',
  capabilities: ['market-data', 'trading'],
  settings: SETTINGS.map(({ range: _range, ...setting }) => setting),
  recorded: true,
  create(context, config) {
    const settings = readSettings(SETTINGS, config)
    checkFormat(settings.text('format'))
    return new Replay(context, {
      folder: new ReplayFolder(directory),
      files: settings
        .text('file')
        .split(',')
        .map((file) => file.trim()),
      symbol: settings.text('symbol'),
      timezone: settings.text('timezone'),
      format: settings.text('format'),
      speed: settings.number('speed'),
    })
  },
})

/** @throws Failure invalid_provider */
function checkFormat(format: string): void {
  if (format === '') return
  try {
    parseFormat(format)
  } catch (error) {
    const message = reasonOf(error)
    throw new Failure('invalid_provider', `"format": ${message}`, { problems: [{ path: 'format', message }] })
  }
}
