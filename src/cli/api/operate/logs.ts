/** `meltica logs`: the newest lines of an instance, and those that come. */
import { type Command, Option } from 'commander'
import { LogItem } from '../../../schema/instance-records'
import { type ApiClient, instancePath } from '../client'
import { type AnswerFlags, type ApiContext, listCommand } from '../command'
import { countOption, sinceOption } from './flags'
import { type HeardItem, heard } from './heard'
import { newest } from './pages'
import { answerRows, type Column, type Row, RowPrinter } from './rows'

const LEVELS = ['info', 'warn', 'error'] as const
type Level = (typeof LEVELS)[number]

const FORM: readonly Column[] = [
  ['TIME', 24],
  ['LEVEL', 5],
  ['MESSAGE', 0],
]
const DEFAULT_COUNT = 100
const DETAILS = `
Lines are printed oldest first. -f goes on with those that come, over breaks of the connection and restarts of the gateway
and of the instance, until Ctrl-C; --format json then prints an object a line. Of each instance the gateway keeps at least
the newest 1,000.`

interface Flags extends AnswerFlags {
  readonly follow?: true
  readonly since?: number
  readonly tail?: number
  readonly level: Level
}

const EXAMPLES = ['logs grid-1', 'logs -f --tail 20 grid-1', 'logs --since 10m --level warn grid-1']

export const logsCommand = (context: ApiContext): Command =>
  listCommand('logs', `print the log of an instance, and follow it${DETAILS}`, ...EXAMPLES)
    .argument('<instance>', 'its id')
    .option('-f, --follow', 'go on with what comes')
    .addOption(sinceOption())
    .addOption(countOption('-n, --tail <count>', `the newest at most (default: ${DEFAULT_COUNT}; with --since all)`))
    .addOption(new Option('--level <level>', 'only lines of this level and above').choices(LEVELS).default('info'))
    .action(async (id: string, flags: Flags) => {
      const { follow, since } = flags
      const most = flags.tail ?? (since === undefined ? DEFAULT_COUNT : Number.POSITIVE_INFINITY)
      if (follow) return followLog(context, flags, id, most)
      const printed = await past(context.api(), id, most, flags)
      answerRows(
        context,
        flags,
        FORM,
        printed.map((line) => rowOf(context, line)),
      )
    })

/** Goes on until the process ends. */
export async function followLog(
  context: ApiContext,
  flags: AnswerFlags & Pick<Flags, 'level' | 'since'>,
  id: string,
  most: number,
): Promise<void> {
  const api = context.api()
  const { since = 0 } = flags
  const path = `${instancePath(id, 'stream')}?types=log`
  const after = await positionOf(api, path)
  // all that is kept: lines on their way to the stream are told by both
  const all = (await newest(api, LogItem, instancePath(id, 'logs'), { most: Number.POSITIVE_INFINITY })).reverse()
  const isShown = ({ time, level }: LogItem) => Date.parse(time) >= since && isAtLeast(level, flags.level)
  const shown = all.filter(isShown)
  const printer = new RowPrinter(context, flags, FORM)
  printer.print(shown.slice(Math.max(0, shown.length - most)).map((line) => rowOf(context, line)))
  const again = new Again(all)
  const request = { path, past: Number.POSITIVE_INFINITY, follow: true, ...(after !== undefined && { after }) }
  await heard(context, request, (items) =>
    printer.print(
      items
        .flatMap((item) => lineOf(context, item))
        .filter((line) => !again.has(line) && isAtLeast(line.level, flags.level))
        .map((line) => rowOf(context, line)),
    ),
  )
}

/** The newest lines, oldest first. */
async function past(api: ApiClient, id: string, most: number, { since = 0, level }: Pick<Flags, 'since' | 'level'>) {
  const wanted = {
    most,
    isOld: ({ time }: LogItem) => Date.parse(time) < since,
    isWanted: (line: LogItem) => isAtLeast(line.level, level),
  }
  return (await newest(api, LogItem, instancePath(id, 'logs'), wanted)).reverse()
}

/** The id after which a stream begins now. */
async function positionOf(api: ApiClient, path: string): Promise<string | undefined> {
  const { position, body } = await api.stream(path, new AbortController().signal)
  await body.cancel()
  return position
}

/** Lines that came while the list was asked for are told twice. */
class Again {
  private readonly counts: Map<string, number>

  constructor(lines: readonly LogItem[]) {
    this.counts = new Map([...Map.groupBy(lines, keyOf)].map(([key, same]) => [key, same.length]))
  }

  has(line: LogItem): boolean {
    const left = this.counts.get(keyOf(line)) ?? 0
    this.counts.set(keyOf(line), left - 1)
    return left > 0
  }
}

const keyOf = ({ time, level, message }: LogItem) => `${time} ${level} ${message}`
const isAtLeast = (level: Level, least: Level) => LEVELS.indexOf(level) >= LEVELS.indexOf(least)

function lineOf({ complain }: ApiContext, { known }: HeardItem): LogItem[] {
  if (known?.type === 'missed') complain(`warning: lines were missed: ${known.reason}\n`)
  if (known?.type !== 'log') return []
  const { at: time, level, source, message } = known
  return [{ time, level, source, message }]
}

function rowOf({ colours }: ApiContext, line: LogItem): Row {
  const { time, level, message } = line
  const colour = { info: colours.dim, warn: colours.yellow, error: colours.red }[level]
  return { cells: [time, { text: level, colour }, message], json: line, id: message }
}
