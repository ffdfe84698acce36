/** `meltica order`: an order of the operator on the account of an instance. */
import { Argument, type Command, Option } from 'commander'
import { type OrderBody, OrderPlaced } from '../../schema/operator-orders'
import { instancePath } from './client'
import { type AnswerFlags, type ApiContext, answer, answeringCommand } from './command'
import { orderTable } from './order-text'

const EXAMPLES = [
  'order grid-1 sell 0.5 --reduce-only',
  'order grid-1 buy 0.5 --price 20000 --tif IOC --client-id hedge-17',
  'order grid-1 sell 0.5 --stop 19000 --symbol BTC-USDT',
]

const DETAILS = `
With --price it is a limit order, with --stop one that waits for that price, with neither a market order. It passes the
checks that an order of the strategy passes; with --reduce-only no risk limit and no kill switch binds it. Sent again
under the same --client-id it is placed once. The exit status is 1 where the venue has rejected it.`

interface Flags extends AnswerFlags {
  readonly provider?: string
  readonly symbol?: string
  readonly price?: string
  readonly stop?: string
  readonly tif?: OrderBody['timeInForce']
  readonly postOnly?: true
  readonly reduceOnly?: true
  readonly clientId?: string
  readonly tag?: string
}

export const orderCommand = (context: ApiContext): Command =>
  answeringCommand('order', 'place an order of yours on the account of an instance', ...EXAMPLES)
    .argument('<instance>', 'its id; it may run or not')
    .addArgument(sideArgument())
    .argument('<quantity>', 'in the base currency')
    .option('--price <price>', 'limit price, in the quote currency')
    .option('--stop <price>', 'the price that it waits for')
    .option('--provider <name>', 'not given: the first of the instance')
    .option('--symbol <symbol>', 'not given: the first of the instance there')
    .addOption(new Option('--tif <time>', 'how long it stands').choices(['GTC', 'IOC', 'FOK']))
    .option('--post-only', 'it may not take')
    .option('--reduce-only', 'it may only reduce the position')
    .option('--client-id <id>', 'a name of yours, under which it is placed once')
    .option('--tag <text>', 'a clientTag')
    .addHelpText('after', DETAILS)
    .action(async (id: string, side: OrderBody['side'], quantity: string, flags: Flags) => {
      const body = bodyOf(side, quantity, flags)
      const placed = await context.api().call(OrderPlaced, 'POST', instancePath(id, 'orders'), body)
      if (placed.order.state === 'REJECTED') process.exitCode = 1
      answer(context, flags, {
        quiet: () => [placed.order.clientOrderId],
        json: placed,
        table: () => orderTable(context.colours, [placed.order]),
      })
    })

function bodyOf(side: OrderBody['side'], quantity: string, flags: Flags): OrderBody {
  const { provider, symbol, price, stop, tif, postOnly, reduceOnly, clientId, tag } = flags
  const limited = stop === undefined ? 'limit' : 'stopLimit'
  const unlimited = stop === undefined ? 'market' : 'stop'
  return {
    side,
    type: price === undefined ? unlimited : limited,
    quantity,
    ...(provider !== undefined && { provider }),
    ...(symbol !== undefined && { symbol }),
    ...(price !== undefined && { price }),
    ...(stop !== undefined && { stopPrice: stop }),
    ...(tif !== undefined && { timeInForce: tif }),
    ...(postOnly && { postOnly }),
    ...(reduceOnly && { reduceOnly }),
    ...(clientId !== undefined && { clientId }),
    ...(tag !== undefined && { clientTag: tag }),
  }
}

const sideArgument = () => new Argument('<side>', 'which way').choices(['buy', 'sell'])
