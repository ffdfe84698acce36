/** `meltica flatten`: cancels the orders of instances and closes their positions, once it was asked whether that is meant. */
import type { Command } from 'commander'
import { Failure } from '../../errors/failure'
import { type FlattenBody, Flattening } from '../../schema/operator-orders'
import { PositionPage } from '../../schema/worth'
import { askYes } from '../ask'
import { refusalOf } from '../refusal'
import { instancePath } from './client'
import { type AnswerFlags, type ApiContext, answer, answeringCommand } from './command'
import { orderTable } from './order-text'
import { columns, lines } from './output'

const EXAMPLES = ['flatten grid-1', 'flatten grid-1 grid-2 --yes', 'flatten grid-1 --symbol BTC-USDT']

const DETAILS = `
Shows on a terminal what is held before and after, and asks. The strategy is not stopped by it and may order again:
stop it before, or have it only reduce with meltica risk reduce. One that is refused holds up no other, and the exit status is 1.`

interface Flags extends AnswerFlags, FlattenBody {
  readonly yes?: true
}

export const flattenCommand = (context: ApiContext): Command =>
  answeringCommand('flatten', 'cancel the orders of instances and close their positions', ...EXAMPLES)
    .argument('<instance...>', 'their ids; they may run or not')
    .option('-y, --yes', 'do not ask')
    .option('--provider <name>', 'only at this provider')
    .option('--symbol <symbol>', 'only in this symbol')
    .addHelpText('after', DETAILS)
    .action(async (ids: string[], flags: Flags) => {
      const { provider, symbol } = flags
      const body: FlattenBody = { ...(provider !== undefined && { provider }), ...(symbol !== undefined && { symbol }) }
      if (!flags.yes && !(await isMeant(context, ids, body))) {
        context.complain('aborted\n')
        process.exitCode = 1
        return
      }
      const done: Flattening[] = []
      for (const id of ids) {
        try {
          done.push(await context.api().call(Flattening, 'POST', instancePath(id, 'flatten'), body))
        } catch (error) {
          const refusal = refusalOf(error)
          if (!refusal) throw error
          context.complain(lines([`error: ${id}: ${refusal.message}`, `hint: ${refusal.hint}`]))
          process.exitCode = 1
        }
      }
      answer(context, flags, {
        quiet: () => done.flatMap(({ orders }) => orders.map(({ clientOrderId }) => clientOrderId)),
        json: ids.length === 1 ? (done[0] ?? null) : done,
        table: () => done.map((one) => textOf(context, one)).join('\n'),
      })
    })

/** @throws Failure usage where nobody can be asked. */
async function isMeant(
  context: ApiContext,
  ids: readonly string[],
  { provider, symbol }: FlattenBody,
): Promise<boolean> {
  const rows: string[][] = []
  for (const id of ids) {
    const { items } = await context.api().call(PositionPage, 'GET', instancePath(id, 'positions'))
    for (const held of items) {
      if ((provider ?? held.provider) !== held.provider || (symbol ?? held.symbol) !== held.symbol) continue
      if (held.quantity !== '0') rows.push([id, held.provider, held.symbol, held.quantity, '0'])
    }
  }
  const titles = ['INSTANCE', 'PROVIDER', 'SYMBOL', 'POSITION', 'AFTER']
  context.complain(rows.length > 0 ? columns(context.colours, titles, rows) : 'no position is open\n')
  const agreed = await askYes(`Cancel the orders of ${ids.join(', ')}, and close what is open at the market?`)
  if (agreed !== undefined) return agreed
  throw new Failure('usage', 'there is no terminal to ask at', {}, 'add --yes if it is meant')
}

function textOf({ colours }: ApiContext, { id, cancelled, orders, left }: Flattening): string {
  const told = [
    `${id}: orders cancelled: ${cancelled.length}, orders to close positions: ${orders.length}`,
    ...left.map((one) => `${id}: ${one.quantity} of ${one.symbol} at ${one.provider} stays: ${one.reason}`),
  ]
  return lines(told) + (orders.length > 0 ? orderTable(colours, orders) : '')
}
