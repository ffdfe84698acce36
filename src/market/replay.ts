/** The adapter `replay`: recorded market data as if it happened now, at its speed or faster. Times are the file's. */
import { parseTimeframes } from './candles/timeframe'
import type { Adapter } from './provider'
import { ReplayFolder } from './replay-folder'
import { Replay } from './replay-provider'
import { REPLAY_SETTINGS } from './replay-settings'
import { declared, readSettings } from './settings'

/** @param directory of which it opens files, and of no other. */
export const replayOf = (directory: string): Adapter => ({
  identifier: 'replay',
  displayName: 'Replay',
  venue: 'replay',
  description:
    'Recorded market data from files, at the speed of the recording or faster; begins with the first subscription',
  capabilities: ['market-data', 'trading'],
  settings: declared(REPLAY_SETTINGS),
  recorded: true,
  create(context, config) {
    const settings = readSettings(REPLAY_SETTINGS, config)
    return new Replay(context, {
      folder: new ReplayFolder(directory),
      files: settings
        .text('file')
        .split(',')
        .map((file) => file.trim()),
      symbol: settings.text('symbol'),
      timezone: settings.text('timezone'),
      format: settings.text('format'),
      timeframes: parseTimeframes(settings.list('klines')),
      rules: settings.text('rules'),
      speed: settings.number('speed'),
    })
  },
})
