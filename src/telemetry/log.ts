/** The gateway's own log: one line of JSON an event, or coloured text on a terminal. Never standard output. */
import pino from 'pino'
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

/** Lines are written before the call returns, so that none is lost in a crash. */
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
      : pino.destination({ dest: settings.destination, sync: true }),
  )
  return (level, message, fields = {}) => logger[level](plainValue(fields), plainText(message))
}

/** The stack keeps its lines, each of them made plain. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return plainValue(error)
  const stack = error.stack?.split('\n').map(plainText).join('\n')
  return { type: error.name, message: plainText(error.message), stack }
}
