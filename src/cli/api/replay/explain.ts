/** Why an order was made: the handler that made it, what it was called for, and all that it asked and said. */
import type { Colors } from 'picocolors/types'
import { Failure } from '../../../errors/failure'
import { rerun } from '../../../inputs/rerun/rerun'
import type { HandlerCall, HostCall, Moment } from '../../../inputs/rerun/story'
import type { Act, LogLine } from '../../../protocol/reported'
import { loadEngine } from '../../../sandbox/engine'
import { plainText } from '../../../schema/plain-text'
import type { ApiContext } from '../command'
import { jsonText } from '../output'
import { download, journalled, type Span } from './recorded'
import { seenLine } from './seen-line'

interface Asked {
  readonly until: string
  readonly log?: true
  readonly span: Span
  readonly format: 'table' | 'json'
}

export interface Explanation {
  readonly instance: string
  readonly order: string
  readonly handler: string
  readonly time: string
  readonly event: HandlerCall['event'] | null
  readonly calls: readonly HostCall[]
}

/** Events that came before it, for who wants to see what it had seen. */
const MOST_BEFORE = 5

export async function explain(context: ApiContext, id: string, { until, log, span, format }: Asked): Promise<void> {
  const api = context.api()
  const made = (await journalled(api, id)).orders.find(({ clientOrderId }) => clientOrderId === until)
  // an order of a dry run is in no journal
  const placedMs = made && Date.parse(made.placedAt)
  const archive = await download(api, id, placedMs === undefined ? span : { from: placedMs, to: placedMs })
  const engine = await loadEngine()
  let current: HandlerCall | undefined
  let found: HandlerCall | undefined
  let before: string[] = []
  const teller = {
    called: (call: HandlerCall) => {
      current = call
    },
    acted: (_: Act, moment: Moment) => {
      if (found || !current?.calls.some((one) => one.answer === until)) return
      found = current
      before = moment
        .recent(MOST_BEFORE + 1)
        .slice(0, -1)
        .map(seenLine)
    },
    // what is said of the strategy belongs to who is at work
    logged: ({ source, message }: LogLine) => {
      if (source === 'host') current?.calls.push({ name: 'host', arguments: [message] })
    },
    failed: () => undefined,
  }
  for (const run of archive.runs) {
    await rerun(run, { engine, head: archive.head, teller, clock: () => performance.now() })
    if (found) break
  }
  if (!found) {
    const message = `what is kept of ${JSON.stringify(id)} makes no order ${JSON.stringify(until)}`
    throw new Failure('inputs_not_kept', message, {}, 'meltica orders ID lists its orders; older inputs may be gone')
  }
  const calls = log ? found.calls : found.calls.filter(({ answer }) => answer === until)
  const { handler, event, timeMs } = found
  const explanation: Explanation = {
    instance: id,
    order: until,
    handler,
    time: new Date(timeMs).toISOString(),
    event: event ?? null,
    calls,
  }
  context.print(format === 'json' ? jsonText(explanation) : textOf(context.colours, explanation, before))
}

function textOf({ bold, dim }: Colors, { order, handler, time, event, calls }: Explanation, before: string[]): string {
  const lines = [
    `${bold(order)} was made by ${bold(handler)} at ${time}`,
    ...(before.length > 0 ? ['', bold('Before')] : []),
    ...before.map((line) => `  ${line}`),
    '',
    bold('Called for'),
    `  ${event ? seenLine(event) : 'its creation'}`,
    ...(event ? [dim(`  ${JSON.stringify(event.payload)}`)] : []),
    '',
    bold('It asked and said'),
    ...calls.map((call) => `  ${callLine(call)}`),
  ]
  return `${lines.map(plainLine).join('\n')}\n`
}

/** Colours stay: only what strategies say is stripped, and that is done where it is written. */
const plainLine = (line: string): string => line

function callLine({ name, arguments: args, answer, refused }: HostCall): string {
  if (name === 'helpers.log' || name === 'host')
    return plainText(`${name === 'host' ? 'host' : 'log'}: ${String(args[0])}`)
  const asked = `${name}(${args.map((one) => JSON.stringify(one)).join(', ')})`
  if (refused !== undefined) return plainText(`${asked} refused: ${refused}`)
  return plainText(answer === undefined ? asked : `${asked} = ${JSON.stringify(answer)}`)
}
