/** What an instance trades: positions, orders, executions, and where on the price they were. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ExecutionItem, OrderItem } from '../../../schema/instance-records'
import type { Scope } from '../../../schema/instances'
import { amount, clock, dateTime, exact, signed } from '../format'
import type { InstanceView } from '../live/instance'
import { Gain, Nothing, Panel, Table } from '../parts/bits'
import { Chart } from '../parts/chart'
import { useStore } from '../store'

/** Rows that are shown of orders and executions; the API has them all. */
const SHOWN = 60
const CLOSED = new Set(['FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'])

/** What is said otherwise than the gateway does. */
const STATES: Readonly<Record<string, string>> = { ACK: 'open', PARTIAL: 'partly filled' }

export const isOpen = ({ state }: OrderItem): boolean => !CLOSED.has(state)

export function PriceChart({ view, scope }: { readonly view: InstanceView; readonly scope: Scope }): JSX.Element {
  const markets = Object.entries(scope).flatMap(([provider, { symbols }]) =>
    symbols.map((symbol) => ({ provider, symbol, key: `${provider} ${symbol}` })),
  )
  const [chosen, choose] = useState(0)
  const fills = useStore(view.fills)
  const orders = useStore(view.orders)
  const positions = useStore(view.positions)
  const market = markets[chosen]
  const isHere = (item: { readonly provider: string; readonly symbol: string }) =>
    item.provider === market?.provider && item.symbol === market.symbol
  const here = fills.filter(isHere)
  const prices = view.prices.get(market?.key ?? '') ?? []
  return (
    <Panel
      title="Price, fills and orders"
      right={
        <select aria-label="Market of the chart" onChange={({ currentTarget }) => choose(currentTarget.selectedIndex)}>
          {markets.map(({ key, symbol, provider }) => (
            <option key={key}>
              {symbol} · {provider}
            </option>
          ))}
        </select>
      }
    >
      {here.length === 0 && prices.length === 0 ? (
        <Nothing>No price has been seen yet.</Nothing>
      ) : (
        <Chart
          key={market?.key ?? ''}
          make={async () => (await import('../parts/charts')).fillsChart()}
          show={(chart) =>
            chart.show({
              fills: here.toReversed(),
              open: orders.filter((order) => isHere(order) && isOpen(order)),
              prices,
            })
          }
          causes={[fills, orders, positions, chosen]}
        />
      )}
    </Panel>
  )
}

export function Positions({ view }: { readonly view: InstanceView }): JSX.Element {
  const positions = useStore(view.positions)
  return (
    <Panel title="Positions">
      {positions.length === 0 ? (
        <Nothing>It has not traded yet.</Nothing>
      ) : (
        <Table label="Positions">
          <thead>
            <tr>
              <th>Symbol</th>
              <th class="num">Quantity</th>
              <th class="num">Average</th>
              <th class="num">Last</th>
              <th class="num">Unrealised</th>
              <th class="num">Realised</th>
              <th class="num">Fees</th>
              <th class="num">Turnover</th>
            </tr>
          </thead>
          <tbody>
            {positions.map((one) => (
              <tr key={`${one.provider} ${one.symbol}`}>
                <td>
                  {one.symbol} <span class="faint under">{one.provider}</span>
                </td>
                <td class="num">{signed(one.quantity)}</td>
                <td class="num" title={one.averagePrice}>
                  {amount(one.averagePrice)}
                </td>
                <td class="num">{one.lastPrice ? exact(one.lastPrice) : '–'}</td>
                <td class="num">
                  <Gain value={one.unrealizedPnl} />
                </td>
                <td class="num">
                  <Gain value={one.realizedPnl} />
                </td>
                <td class="num" title={one.fees}>
                  {amount(one.fees)}
                </td>
                <td class="num" title={one.turnover}>
                  {amount(one.turnover)}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  )
}

export function Orders({ view }: { readonly view: InstanceView }): JSX.Element {
  const orders = useStore(view.orders)
  const open = orders.filter(isOpen)
  const shown = [...open, ...orders.filter((order) => !isOpen(order))].slice(0, SHOWN)
  return (
    <Panel title="Orders" beside={<span class="faint">{open.length} open</span>}>
      {shown.length === 0 ? (
        <Nothing>No order yet.</Nothing>
      ) : (
        <Table label="Orders" isList>
          <thead>
            <tr>
              <th>Time</th>
              <th>Side</th>
              <th>Symbol</th>
              <th class="num">Quantity</th>
              <th class="num">Price</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((order) => (
              <tr key={order.clientOrderId} data-order={order.clientOrderId}>
                <td class="faint" title={dateTime(order.placedAt)}>
                  {clock(order.placedAt)}
                </td>
                <Side side={order.side} />
                <td>{order.symbol}</td>
                <td class="num">{exact(order.quantity)}</td>
                <td class="num">{priceOf(order)}</td>
                <td title={order.rejectReason}>
                  <span class={order.rejectReason ? 'loss' : isOpen(order) ? 'warn' : 'soft'}>
                    {STATES[order.state] ?? order.state.toLowerCase()}
                  </span>
                  {order.placedBy && <span class="faint"> by {order.placedBy}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  )
}

function priceOf({ price, stopPrice, type }: OrderItem): string {
  const at = price ?? stopPrice
  return at === undefined ? type : exact(at)
}

function Side({ side }: { readonly side: string }): JSX.Element {
  const isBuy = side.toLowerCase() === 'buy'
  return <td class={isBuy ? 'buy' : 'sell'}>{side.toLowerCase()}</td>
}

export function Fills({ view }: { readonly view: InstanceView }): JSX.Element {
  const fills = useStore(view.fills)
  return (
    <Panel title="Fills" beside={<span class="faint">newest first</span>}>
      {fills.length === 0 ? (
        <Nothing>Nothing was traded yet.</Nothing>
      ) : (
        <Table label="Fills" isList>
          <thead>
            <tr>
              <th>Time</th>
              <th>Side</th>
              <th>Symbol</th>
              <th class="num">Quantity</th>
              <th class="num">Price</th>
              <th class="num">Fee</th>
            </tr>
          </thead>
          <tbody>
            {fills.slice(0, SHOWN).map((fill) => (
              <Fill key={fill.executionId} fill={fill} />
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  )
}

function Fill({ fill }: { readonly fill: ExecutionItem }): JSX.Element {
  return (
    <tr data-fill={fill.executionId}>
      <td class="faint" title={dateTime(fill.tradedAt)}>
        {clock(fill.tradedAt)}
      </td>
      <Side side={fill.side} />
      <td>{fill.symbol}</td>
      <td class="num">{exact(fill.quantity)}</td>
      <td class="num">{exact(fill.price)}</td>
      <td class="num faint" title={`${fill.fee} ${fill.feeCurrency}`}>
        {amount(fill.fee, 4)}
      </td>
    </tr>
  )
}
