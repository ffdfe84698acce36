/** `meltica positions`: what one instance holds and has earned with it, or what all of them hold. */
import type { Command } from 'commander'
import { Portfolio, PositionPage } from '../../../schema/worth'
import { type ApiClient, instancePath } from '../client'
import { type AnswerFlags, type ApiContext, listCommand } from '../command'
import { amountCell, profitCell } from './fleet-table'
import { answerRows, type Column, type Row } from './rows'

const OF_ONE: readonly Column[] = [
  ['PROVIDER', 0],
  ['SYMBOL', 0],
  ['QUANTITY', 0],
  ['AVERAGE', 0],
  ['LAST', 0],
  ['UNREALIZED', 0],
  ['REALIZED', 0],
  ['FEES', 0],
  ['CURRENCY', 0],
]
const OF_ALL: readonly Column[] = [
  ['INSTANCE', 0],
  ['PROVIDER', 0],
  ['SYMBOL', 0],
  ['QUANTITY', 0],
  ['UNREALIZED', 0],
  ['CURRENCY', 0],
]
const MOST = 10_000
const DETAILS = `
Of one instance every symbol that it has ever traded is listed, with profits before fees; without an instance, all open
positions of all of them.`

export const positionsCommand = (context: ApiContext): Command =>
  listCommand(
    'positions',
    `list positions, of an instance or of all${DETAILS}`,
    'positions',
    'positions grid-1 --format json',
  )
    .argument('[instance]', 'only of this one, with what it has earned')
    .action(async (id: string | undefined, flags: AnswerFlags) => {
      const api = context.api()
      if (id === undefined) answerRows(context, flags, OF_ALL, await ofAll(context, api))
      else answerRows(context, flags, OF_ONE, await ofOne(context, api, id))
    })

async function ofOne({ colours }: ApiContext, api: ApiClient, id: string): Promise<Row[]> {
  const { items } = await api.call(PositionPage, 'GET', `${instancePath(id, 'positions')}?limit=${MOST}`)
  return items.map((item) => ({
    id: `${item.provider} ${item.symbol}`,
    json: item,
    cells: [
      item.provider,
      item.symbol,
      item.quantity,
      amountCell(item.averagePrice),
      amountCell(item.lastPrice ?? null),
      profitCell(colours, item.unrealizedPnl),
      profitCell(colours, item.realizedPnl),
      amountCell(item.fees),
      item.currency,
    ],
  }))
}

async function ofAll({ colours }: ApiContext, api: ApiClient): Promise<Row[]> {
  const { groups } = await api.call(Portfolio, 'GET', '/portfolio?by=instance')
  return groups.flatMap(({ key, currency, positions }) =>
    positions.map(({ provider, symbol, quantity, unrealizedPnl }) => ({
      id: `${key} ${provider} ${symbol}`,
      json: { instance: key, provider, symbol, quantity, unrealizedPnl, currency },
      cells: [key, provider, symbol, quantity, profitCell(colours, unrealizedPnl), currency],
    })),
  )
}
