/** Every instance, the worst first: filtered, sorted, and held in its place while the pointer is over it. */
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { digitsOf, duration, exact, narrow, shortHash, signed } from '../format'
import { pnlOf, type Row, worstFirst } from '../live/standing'
import { Gain, Hash, Nothing, Panel, State } from '../parts/bits'
import { Filter } from '../parts/fields'
import { type Column, Rows } from '../parts/rows'
import { Spark } from '../parts/spark'
import { pathOf } from '../route'

const COLUMNS: readonly Column<Row>[] = [
  {
    title: 'Instance',
    order: (one, other) => (one.instance.id < other.instance.id ? -1 : 1),
    cell: ({ instance }) => (
      <>
        <a href={pathOf('instances', instance.id)} title={instance.id}>
          {instance.id}
        </a>
        <span class="narrow faint">
          {instance.strategySelector} {shortHash(instance.strategyHash, 7)}
        </span>
      </>
    ),
  },
  {
    title: 'Revision',
    isWide: 'very',
    width: '19%',
    cell: ({ instance }) => (
      <>
        <Hash hash={instance.strategyHash} digits={7} /> <span class="soft">{instance.strategySelector}</span>
      </>
    ),
  },
  { title: 'State', width: '94px', order: worstFirst, cell: ({ standing }) => <State state={standing} /> },
  { title: 'Position', isNumber: true, isWide: true, width: '114px', cell: (row) => <Positions row={row} /> },
  {
    title: 'Equity',
    isNumber: true,
    isWide: true,
    width: '116px',
    order: (one, other) => Number(one.worth?.equity ?? 0) - Number(other.worth?.equity ?? 0),
    cell: ({ worth }) =>
      worth ? <span title={`${exact(worth.equity)} ${worth.currency}`}>{narrow(worth.equity)}</span> : '–',
  },
  { title: 'One day', isWide: 'very', width: '104px', cell: ({ instance }) => <Spark id={instance.id} /> },
  {
    title: 'PnL today',
    isNumber: true,
    width: '96px',
    order: (one, other) => pnlOf(one) - pnlOf(other),
    cell: ({ worth }) =>
      worth ? <Gain value={worth.pnlToday} digits={digitsOf(worth.pnlToday)} /> : <span class="faint">–</span>,
  },
  {
    title: 'Lag',
    isNumber: true,
    isWide: 'very',
    width: '66px',
    order: (one, other) => one.instance.stats.lagMs - other.instance.stats.lagMs,
    cell: ({ instance, standing }) =>
      instance.state === 'running' ? (
        <span class={standing === 'lagging' ? 'warn' : 'faint'}>{duration(instance.stats.lagMs)}</span>
      ) : (
        <span class="faint">–</span>
      ),
  },
]

function Positions({ row: { worth } }: { readonly row: Row }): JSX.Element {
  const [first, ...others] = worth?.positions ?? []
  if (!first) return <span class="faint">0</span>
  const all = [first, ...others].map(({ symbol, quantity }) => `${signed(quantity)} ${symbol}`).join(', ')
  if (others.length > 0) return <span title={all}>{others.length + 1} symbols</span>
  return (
    <span title={all}>
      {quantityOf(first.quantity)} <span class="faint">{first.symbol.split('-')[0]}</span>
    </span>
  )
}

/** So many characters have room. */
const ROOM = 10

/** A quantity that has no room is rounded, and says so. */
function quantityOf(quantity: string): string {
  const text = signed(quantity)
  return text.length <= ROOM ? text : `≈${quantity.startsWith('-') ? '' : '+'}${narrow(quantity)}`
}

export function Running({
  rows,
  isLoaded,
}: {
  readonly rows: readonly Row[]
  readonly isLoaded: boolean
}): JSX.Element {
  const [filter, setFilter] = useState('')
  const [sorted, setSorted] = useState<{ by: string; falls: boolean }>()
  const isHeld = useRef(false)
  const before = useRef<readonly string[]>([])
  const fitting = rows.filter((row) => fits(row, filter.toLowerCase()))
  const order = COLUMNS.find(({ title }) => title === sorted?.by)?.order ?? worstFirst
  const placed = isHeld.current
    ? asBefore(fitting, before.current)
    : fitting.sort((one, other) => (sorted?.falls ? -1 : 1) * order(one, other))
  before.current = placed.map(({ instance }) => instance.id)
  const sort = (by: string) => {
    isHeld.current = false
    setSorted((was) => (was?.by !== by ? { by, falls: false } : was.falls ? undefined : { by, falls: true }))
  }
  const hold = (is: boolean) => () => {
    isHeld.current = is
  }
  return (
    <div onPointerEnter={hold(true)} onPointerLeave={hold(false)} class="held">
      <Panel
        title="Instances"
        beside={<span class="faint wide">{sorted ? `by ${sorted.by.toLowerCase()}` : 'the worst first'}</span>}
        right={
          <Filter
            label="Filter instances"
            text={filter}
            onText={(text) => {
              isHeld.current = false
              setFilter(text)
            }}
          />
        }
      >
        {placed.length > 0 ? (
          <Rows
            label="Instances"
            columns={COLUMNS}
            rows={placed}
            keyOf={({ instance }) => instance.id}
            sorted={sorted}
            onSort={sort}
          />
        ) : (
          <Nothing>{!isLoaded ? 'Reading…' : filter ? 'None fits.' : 'There is no instance yet.'}</Nothing>
        )}
      </Panel>
    </div>
  )
}

function fits({ instance, standing }: Row, filter: string): boolean {
  const { id, strategySelector, strategyHash, providers, aggregatedSymbols } = instance
  const texts = [id, strategySelector, shortHash(strategyHash), standing, ...providers, ...aggregatedSymbols]
  return filter === '' || texts.some((text) => text.toLowerCase().includes(filter))
}

/** While the pointer is over them rows stay where they are: nobody hits the one that has just come there. */
function asBefore(rows: readonly Row[], before: readonly string[]): Row[] {
  const places = new Map(before.map((id, place) => [id, place]))
  const place = ({ instance }: Row) => places.get(instance.id) ?? before.length
  return rows.toSorted((one, other) => place(one) - place(other))
}
