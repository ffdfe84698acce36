/** The gateway's own log: one line of JSON an event, or coloured text on a terminal. Never standard output. */
import pino, { type DestinationStream } from 'pino'
import { plainText, plainValue } from '../schema/plain-text'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** @param fields what it is about; an `error` in it is written with its stack. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void

export interface LogSettings {
  readonly level: LogLevel
  /** For people instead of machines. */
  readonly pretty: boolean
  /** A file descriptor or a path. */
  readonly destination: number | string
}

/** Lines that the disk does not take wait so long as they are no more, bytes. */
const MAX_WAITING = 1_048_576

/**
 * Lines are written before the call returns, so that none is lost in a crash. What cannot be written, as on a full disk,
 * waits for the next line: a log that fails is no fault of who has something to say.
 */
export async function createLog(settings: LogSettings): Promise<Log> {
  const logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describe },
    },
    settings.pretty
      ? (await import('pino-pretty')).default({
          sync: true,
          destination: settings.destination,
          translateTime: 'SYS:HH:MM:ss.l',
          singleLine: true,
          // as any other field: in its line
          errorLikeObjectKeys: [],
        })
      : patient(settings.destination),
  )
  return (level, message, fields = {}) => logger[level](plainValue(fields), plainText(message))
}

function patient(dest: LogSettings['destination']): DestinationStream {
  const destination = pino.destination({ dest, sync: true, maxLength: MAX_WAITING })
  destination.on('error', () => undefined)
  return destination
}

/** The stack keeps its lines, each of them made plain. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return plainValue(error)
  const stack = error.stack?.split('\n').map(plainText).join('\n')
  return { type: error.name, message: plainText(error.message), stack }
}
