/** `meltica orders`: the orders of an instance, and where they stand. */
import type { Command } from 'commander'
import { OrderItem } from '../../../schema/instance-records'
import { instancePath } from '../client'
import { type AnswerFlags, type ApiContext, listCommand } from '../command'
import type { Cell } from '../output'
import { countOption, sinceOption } from './flags'
import { newest } from './pages'
import { answerRows, type Column } from './rows'

const FORM: readonly Column[] = [
  ['PLACED', 0],
  ['ORDER', 0],
  ['PROVIDER', 0],
  ['SYMBOL', 0],
  ['SIDE', 0],
  ['TYPE', 0],
  ['QUANTITY', 0],
  ['PRICE', 0],
  ['FILLED', 0],
  ['AVERAGE', 0],
  ['STATE', 0],
  ['REASON', 0],
]
const DEFAULT_COUNT = 100
const DETAILS = `
The newest comes first. PENDING: the venue has not answered yet; UNKNOWN: its answer was lost, it is asked, and the order
counts as open. meltica events -f --filter type=order follows them.`

interface Flags extends AnswerFlags {
  readonly open?: boolean
  readonly since?: number
  readonly tail?: number
}

export const ordersCommand = (context: ApiContext): Command =>
  listCommand('orders', `list the orders of an instance${DETAILS}`, 'orders grid-1', 'orders --open -q grid-1')
    .argument('<instance>', 'its id')
    .option('--open', 'only those that may still be filled')
    .addOption(sinceOption())
    .addOption(countOption('-n, --tail <count>', `the newest at most (default: ${DEFAULT_COUNT}; with --since all)`))
    .action(async (id: string, { open = false, since = 0, ...flags }: Flags) => {
      const { tail = since > 0 ? Number.POSITIVE_INFINITY : DEFAULT_COUNT } = flags
      const orders = await newest(context.api(), OrderItem, instancePath(id, 'orders'), {
        most: tail,
        isOld: ({ placedAt }) => Date.parse(placedAt) < since,
        isWanted: ({ state }) => !open || OPEN.has(state),
      })
      const rows = orders.map((order) => ({ cells: cellsOf(context, order), json: order, id: order.clientOrderId }))
      answerRows(context, flags, FORM, rows)
    })

const OPEN: ReadonlySet<string> = new Set(['PENDING', 'ACK', 'PARTIAL', 'UNKNOWN'])

function cellsOf({ colours }: ApiContext, order: OrderItem): Cell[] {
  const { side, state, price = '', filledQuantity, avgFillPrice } = order
  const isFilled = filledQuantity !== '0'
  return [
    order.placedAt,
    order.clientOrderId,
    order.provider,
    order.symbol,
    { text: side, colour: side === 'Buy' ? colours.green : colours.red },
    order.type,
    order.quantity,
    price || (order.stopPrice ?? ''),
    filledQuantity,
    isFilled ? avgFillPrice : '',
    { text: state, ...(['REJECTED', 'UNKNOWN'].includes(state) && { colour: colours.red }) },
    order.rejectReason ?? '',
  ]
}
