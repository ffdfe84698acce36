/** `meltica events`: what happens in the gateway, as `docker events` has it. */
import { type Command, InvalidArgumentError } from 'commander'
import { fits as concerns } from '../../../runtime/feed/feed-filter'
import { FEED_TYPES } from '../../../schema/feed'
import { type AnswerFlags, type ApiContext, listCommand } from '../command'
import { eventText } from './event-text'
import { countOption, sinceOption } from './flags'
import { type HeardItem, heard } from './heard'
import { answerRows, type Column, type Row, RowPrinter } from './rows'

const FORM: readonly Column[] = [
  ['TIME', 24],
  ['TYPE', 8],
  ['SUBJECT', 16],
  ['WHAT', 0],
]
const DEFAULT_COUNT = 100
const DETAILS = `
Without -f the newest that the gateway has kept are printed, oldest first. -f goes on with what happens from then on, over
breaks of the connection and restarts of the gateway, until Ctrl-C; alone it shows nothing of the past. Filters of
several keys must all hold, of one key any: type (${FEED_TYPES.filter((type) => type !== 'missed').join(', ')}), instance,
strategy, provider. --format json prints each as the gateway sent it, with -f an object a line.`

interface Flags extends AnswerFlags {
  readonly follow?: true
  readonly since?: number
  readonly tail?: number
  readonly filter?: Filters
}

type Filters = ReadonlyMap<string, readonly string[]>

const EXAMPLES = [
  'events -f',
  'events -f --filter type=order --filter type=fill',
  'events --since 1h --filter instance=grid-1',
]

export const eventsCommand = (context: ApiContext): Command =>
  listCommand('events', `list what happened in the gateway, and follow what happens${DETAILS}`, ...EXAMPLES)
    .option('-f, --follow', 'go on with what comes')
    .addOption(sinceOption())
    .addOption(
      countOption(
        '-n, --tail <count>',
        `the newest at most (default: ${DEFAULT_COUNT}; with --since all, with -f none)`,
      ),
    )
    .option('--filter <key=value>', 'only such; may be given several times', filter)
    .action(async (flags: Flags) => {
      const { since: sinceMs, follow = false, filter: filters = new Map() } = flags
      const past = flags.tail ?? (sinceMs === undefined ? (follow ? 0 : DEFAULT_COUNT) : Number.POSITIVE_INFINITY)
      const printer = follow ? new RowPrinter(context, flags, FORM) : undefined
      const isWanted = (item: HeardItem) => fits(item, filters)
      const request = { path: pathOf(filters), past, isWanted, follow, ...(sinceMs !== undefined && { sinceMs }) }
      await heard(context, request, (items) => {
        const rows = items.map((item) => rowOf(context, item))
        if (printer) printer.print(rows)
        else answerRows(context, flags, FORM, rows)
      })
    })

const KEYS = ['type', 'instance', 'strategy', 'provider']

function filter(text: string, before: Filters = new Map()): Filters {
  const [, key = '', value = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? []
  if (!KEYS.includes(key)) throw new InvalidArgumentError(`write ${KEYS.map((one) => `${one}=…`).join(', ')}.`)
  if (key === 'type' && !FEED_TYPES.some((type) => type === value))
    throw new InvalidArgumentError(`there are ${FEED_TYPES.join(', ')}.`)
  return new Map([...before, [key, [...(before.get(key) ?? []), value]]])
}

/** The gateway takes one of each but types; of several the rest is left out here. */
function pathOf(filters: Filters): string {
  const query = new URLSearchParams()
  for (const [key, values] of filters) {
    if (key === 'type') query.set('types', values.join())
    else if (values.length === 1) query.set(key, values[0]!)
  }
  return `/events?${query.toString()}`
}

/** One of the values of each key must fit. */
function fits({ known }: HeardItem, filters: Filters): boolean {
  if (!known || known.type === 'missed') return true
  return [...filters].every(
    ([key, values]) => key === 'type' || values.some((value) => concerns(known, { [key]: value })),
  )
}

function rowOf({ colours }: ApiContext, item: HeardItem): Row {
  const { id = '', at, type, json } = item
  const [subject, text] = eventText(item)
  const isBad = type === 'risk' || type === 'missed'
  return { cells: [at, { text: type, ...(isBad && { colour: colours.red }) }, subject, text], json, id }
}
