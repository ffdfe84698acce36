/** `meltica fills`: what was traded, of one instance or of all, and what is traded from now on. */
import type { Command } from 'commander'
import type { FeedItemOf } from '../../../schema/feed'
import { instancePath } from '../client'
import { type AnswerFlags, type ApiContext, listCommand } from '../command'
import type { Cell } from '../output'
import { countOption, sinceOption } from './flags'
import { type HeardItem, heard } from './heard'
import { answerRows, type Column, type Row, RowPrinter } from './rows'

const FORM: readonly Column[] = [
  ['TIME', 24],
  ['INSTANCE', 12],
  ['PROVIDER', 8],
  ['SYMBOL', 10],
  ['SIDE', 4],
  ['QUANTITY', 10],
  ['PRICE', 10],
  ['FEE', 12],
  ['ORDER', 0],
]
const DEFAULT_COUNT = 100
const DETAILS = `
Without -f the newest are printed, oldest first, of what the gateway keeps of its events (docs/events.md). -f goes on with
what is traded from then on, over breaks of the connection and restarts of the gateway, until Ctrl-C; --format json then
prints an object a line. Each is identified by the provider and the id of the execution.`

interface Flags extends AnswerFlags {
  readonly follow?: true
  readonly since?: number
  readonly tail?: number
}

export const fillsCommand = (context: ApiContext): Command =>
  listCommand(
    'fills',
    `list what was traded, and follow what is${DETAILS}`,
    'fills grid-1',
    'fills -f',
    'fills --since 1h --format csv',
  )
    .argument('[instance]', 'only of this one')
    .option('-f, --follow', 'go on with what comes')
    .addOption(sinceOption())
    .addOption(countOption('-n, --tail <count>', `the newest at most (default: ${DEFAULT_COUNT}; with --since all)`))
    .action(async (instance: string | undefined, flags: Flags) => {
      const path = `${instance === undefined ? '/events' : instancePath(instance, 'stream')}?types=fill`
      const { since: sinceMs, follow = false } = flags
      const past = flags.tail ?? (sinceMs === undefined ? DEFAULT_COUNT : Number.POSITIVE_INFINITY)
      const printer = follow ? new RowPrinter(context, flags, FORM) : undefined
      await heard(context, { path, past, follow, ...(sinceMs !== undefined && { sinceMs }) }, (items) => {
        const rows = items.flatMap((item) => rowOf(context, item))
        if (printer) printer.print(rows)
        else answerRows(context, flags, FORM, rows)
      })
    })

function rowOf(context: ApiContext, { known, json }: HeardItem): Row[] {
  if (known?.type === 'missed') context.complain(`warning: some were missed: ${known.reason}\n`)
  if (known?.type !== 'fill') return []
  return [{ cells: cellsOf(context, known), json, id: `${known.provider} ${known.fill.executionId}` }]
}

function cellsOf({ colours }: ApiContext, { at, instance, provider, fill }: FeedItemOf<'fill'>): Cell[] {
  const { symbol, side, quantity, price, fee, feeCurrency, clientOrderId } = fill
  const colour = side === 'Buy' ? colours.green : colours.red
  return [
    at,
    instance,
    provider,
    symbol,
    { text: side, colour },
    quantity,
    price,
    `${fee} ${feeCurrency}`,
    clientOrderId,
  ]
}
