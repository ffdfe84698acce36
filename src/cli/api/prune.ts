/** `meltica prune`: deletes old orders and executions, and waits until it is done. */
import { type Command, InvalidArgumentError } from 'commander'
import { type PruneBody, RetentionView } from '../../schema/retention'
import { type AnswerFlags, type ApiContext, answer, answeringCommand } from './command'
import { lines } from './output'

const EVERY_MS = 200
const EXAMPLES = ['prune', 'prune --days 7', 'prune --rows 1000000']

export const pruneCommand = (context: ApiContext): Command =>
  answeringCommand(
    'prune',
    'delete orders and executions that are older than configured, or than asked for',
    ...EXAMPLES,
  )
    .option('--days <number>', 'keep those of so many days', positive)
    .option('--rows <number>', 'keep so many orders and so many executions, the newest', positive)
    .action(async ({ days, rows, ...flags }: PruneBody & AnswerFlags) => {
      const body = { ...(days !== undefined && { days }), ...(rows !== undefined && { rows }) }
      const api = context.api()
      let view = await api.call(RetentionView, 'POST', '/retention/prune', body)
      while (view.pruning) {
        await Bun.sleep(EVERY_MS)
        view = await api.call(RetentionView, 'GET', '/retention')
      }
      answer(context, flags, { quiet: () => [], json: view, table: () => lines(told(view)) })
    })

function told({ last, orders, executions, fileBytes, freeBytes }: RetentionView): string[] {
  const { orders: goneOrders = 0, executions: goneExecutions = 0 } = last ?? {}
  return [
    `pruned ${goneOrders} orders and ${goneExecutions} executions; ${orders.total} and ${executions.total} are kept`,
    `the database has ${megabytes(fileBytes)} MB, of which ${megabytes(freeBytes)} MB are free`,
  ]
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It is not a number above zero.')
  return value
}
