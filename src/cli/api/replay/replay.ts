/** `meltica replay`: does again what an instance has done, and says whether it comes to the same. */
import { type Command, Option } from 'commander'
import { Failure } from '../../../errors/failure'
import { EXIT } from '../../program'
import { type ApiContext, apiCommand } from '../command'
import { jsonText } from '../output'
import { compareAgainst } from './against'
import { explain } from './explain'
import { spanOptions } from './flags'
import { type Replay, replayed, type Unlike, unlike } from './proof'
import { download, journalled, ordersKeptFrom, type Span } from './recorded'

const DETAILS = `
The gateway keeps what each instance was given. This downloads it, runs the very programs again on this machine, and
holds what comes of it against the journal: every field of every order, and the lines of the log; with --against, the
orders and cancels of another revision against them. The exit status is 0 where they are the same, and 1 where they
differ, as where it cannot be told. It begins with the newest checkpoint before --from, or with all that is kept, and
changes nothing.`

const EXAMPLES = [
  'replay momentum-1 --from 1h',
  'replay momentum-1 --until momentum-1-mh3k2p-7 --log',
  'replay momentum-1 --against momentum.ts',
]

interface Flags extends Span {
  readonly until?: string
  readonly log?: true
  readonly against?: string
  readonly format: 'table' | 'json'
}

export const replayCommand = (context: ApiContext): Command => {
  const command = apiCommand(
    'replay',
    `run again what an instance has done, and prove the same orders${DETAILS}`,
    ...EXAMPLES,
  )
    .argument('<instance>', 'its id; it may run or not')
    .option('--until <order>', 'show the handler that made this order, by its client order id')
    .option('--log', 'with --until: all that the handler asked of its host, and every line')
    .option('--against <strategy>', 'where another revision would have ordered otherwise: a file or a selector')
    .addOption(
      new Option('--format <format>', 'for people or for programs').choices(['table', 'json']).default('table'),
    )
  for (const option of spanOptions()) command.addOption(option)
  return command.action(async (id: string, flags: Flags) => {
    const { until, against, log, from, to } = flags
    if (until !== undefined && against !== undefined)
      throw new Failure('usage', '--until and --against cannot be given together')
    if (log && until === undefined)
      throw new Failure('usage', '--log shows the handler of an order: name it with --until')
    if (from !== undefined && to !== undefined && from > to) throw new Failure('usage', '--from is later than --to')
    const span = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
    if (until !== undefined) {
      await explain(context, id, { ...flags, until, span })
      return
    }
    const isSame =
      against === undefined
        ? await prove(context, id, span, flags)
        : await compareAgainst(context, id, { ...flags, against, span })
    if (!isSame) process.exitCode = EXIT.failed
  })
}

/** What was done last may still be on its way to the journal. */
const PATIENCE_MS = 5000
const PAUSE_MS = 200

/** @returns whether it comes to what the journal has. */
async function prove(context: ApiContext, id: string, span: Span, { format }: Flags): Promise<boolean> {
  const api = context.api()
  const before = await journalled(api, id)
  const keptFromMs = await ordersKeptFrom(api, Date.now())
  const archive = await download(api, id, span)
  const replay = await replayed(archive, span)
  let found: Unlike | undefined
  for (const endMs = performance.now() + PATIENCE_MS; ; await Bun.sleep(PAUSE_MS)) {
    found = unlike(replay, before, await journalled(api, id), keptFromMs, span)
    if (!found || performance.now() > endMs) break
  }
  context.print(format === 'json' ? jsonOf(id, replay, found) : textOf(context, id, replay, found))
  return found === undefined
}

const countsOf = ({ runs, events, handled, orders, skipped, cancels, lines }: Replay) => ({
  runs,
  events,
  handlers: handled,
  orders: orders.length,
  skippedOrders: skipped,
  cancels,
  lines: lines.length,
})

const jsonOf = (instance: string, replay: Replay, found: Unlike | undefined): string =>
  jsonText({ instance, same: !found, ...countsOf(replay), ...(found && { difference: found }) })

function textOf({ colours }: ApiContext, id: string, replay: Replay, found: Unlike | undefined): string {
  const { runs, events, handlers, orders, skippedOrders, cancels, lines } = countsOf(replay)
  const done = [
    counted(runs, 'run'),
    counted(events, 'event'),
    counted(handlers, 'handler call'),
    counted(orders, 'order'),
    ...(skippedOrders > 0 ? [counted(skippedOrders, 'order of a dry run', 'orders of a dry run')] : []),
    counted(cancels, 'cancel'),
    counted(lines, 'line'),
  ].join(', ')
  if (!found) return `${colours.green('the same')}: ${id}, ${done}\n`
  return [
    `${colours.red('not the same')}: ${id}, ${done}`,
    colours.bold(`The first ${found.what} that differs`),
    `  journal  ${found.journal ? JSON.stringify(found.journal) : `no such ${found.what}`}`,
    `  replay   ${found.replay ? JSON.stringify(found.replay) : `no such ${found.what}`}`,
    '',
  ].join('\n')
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
