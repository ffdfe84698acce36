/** What runs: totals, every instance with the worst first, and what happens. */
import type { JSX } from 'preact'
import { useMemo, useRef, useState } from 'preact/hooks'
import { may } from '../api/session'
import { amount, clock, count, duration, percent, shortHash, signed, toneOf } from '../format'
import { pnlOf, type Row, rowOf, worstFirst } from '../live/standing'
import { isNews, said } from '../live/told'
import type { World } from '../live/world'
import { type Figure, Figures, Gain, Hash, Nothing, Panel, State } from '../parts/bits'
import { type Column, Rows } from '../parts/rows'
import { pathOf } from '../route'
import { useStore } from '../store'
import { askToKill, MODES } from './kill'
import { isUnderWay, RolloutPanel } from './rollouts'
import { askToRun } from './run'

const SHOWN = 60

export function Overview({ world }: { readonly world: World }): JSX.Element {
  const rows = useRows(world)
  const risk = useStore(world.risk)
  const isLoaded = useStore(world.isLoaded)
  const counts = Object.entries(Object.groupBy(rows, ({ standing }) => standing))
  const all = risk?.killSwitches.find(({ scope }) => scope === 'all')
  return (
    <>
      <div class="top">
        <h1>Overview</h1>
        {counts.map(
          ([standing, some = []]) =>
            BAD[standing] && (
              <span key={standing} class={`chip ${BAD[standing]}`}>
                {some.length} {standing}
              </span>
            ),
        )}
        {all && <span class="chip loss">{MODES[all.mode]}</span>}
        <div class="right">
          {may('createInstance') && (
            <button type="button" onClick={() => askToRun(world)}>
              Run…
            </button>
          )}
          {may('killTrading') && all?.mode !== 'kill' && (
            <button type="button" class="kill" onClick={() => askToKill(world)}>
              Stop all trading…
            </button>
          )}
        </div>
      </div>
      {all && (
        <div class="notice loss">
          Since {clock(all.since)}: {MODES[all.mode]}, by {all.who}: {all.reason}. <a href={pathOf('risk')}>Resume…</a>
        </div>
      )}
      <Totals world={world} rows={rows} />
      <div class="two">
        <Running rows={rows} isLoaded={isLoaded} />
        <div class="beside-it">
          <UnderWay world={world} />
          <Activity world={world} />
        </div>
      </div>
    </>
  )
}

const BAD: Readonly<Record<string, string>> = { failed: 'loss', killed: 'loss', reducing: 'warn', lagging: 'warn' }

function useRows(world: World): readonly Row[] {
  const instances = useStore(world.instances)
  const worth = useStore(world.worth)
  const risk = useStore(world.risk)
  return useMemo(() => {
    const switches = risk?.killSwitches ?? []
    const modes = new Map(
      switches.filter(({ scope }) => scope === 'instance').map(({ subject, mode }) => [subject, mode]),
    )
    return [...instances.values()].map((one) => rowOf(one, worth.get(one.id)?.[0], modes.get(one.id)))
  }, [instances, worth, risk])
}

function Totals({ world, rows }: { readonly world: World; readonly rows: readonly Row[] }): JSX.Element {
  const totals = useStore(world.totals)
  const running = rows.filter(({ instance }) => instance.state === 'running')
  const lagMs = Math.max(0, ...running.map(({ instance }) => instance.stats.lagMs))
  const failed = rows.filter(({ standing }) => standing === 'failed').length
  const figures = totals.flatMap((total): Figure[] => {
    const several = totals.length > 1 ? ` ${total.currency}` : ''
    return [
      {
        label: `Equity${several}`,
        value: amount(total.equity),
        beside: `${total.currency}, ${count(total.instances, 'account')}`,
      },
      {
        label: `PnL today${several}`,
        value: amount(total.pnlToday, 2, true),
        beside: `drawdown ${percent(total.drawdownPctToday)}`,
        tone: toneOf(total.pnlToday),
      },
      {
        label: `Unrealised${several}`,
        value: amount(total.unrealizedPnl, 2, true),
        beside: count(total.positions.length, 'open position'),
        tone: toneOf(total.unrealizedPnl),
      },
      {
        label: `Since the start${several}`,
        value: amount(total.pnl, 2, true),
        beside: `fees ${amount(total.fees)}`,
        tone: toneOf(total.pnl),
      },
    ]
  })
  return (
    <Figures
      figures={[
        ...figures,
        { label: 'Oldest event', value: duration(lagMs), beside: 'not handled yet', tone: lagMs >= 1000 ? 'warn' : '' },
        {
          label: 'Running',
          value: `${running.length} / ${rows.length}`,
          beside: failed > 0 ? <span class="loss">{failed} failed</span> : 'none failed',
        },
      ]}
    />
  )
}

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
    width: '24%',
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
    width: '108px',
    order: (one, other) => Number(one.worth?.equity ?? 0) - Number(other.worth?.equity ?? 0),
    cell: ({ worth }) => (worth ? <span title={worth.currency}>{amount(worth.equity)}</span> : '–'),
  },
  {
    title: 'PnL today',
    isNumber: true,
    width: '96px',
    order: (one, other) => pnlOf(one) - pnlOf(other),
    cell: ({ worth }) => (worth ? <Gain value={worth.pnlToday} /> : <span class="faint">–</span>),
  },
  {
    title: 'Lag',
    isNumber: true,
    isWide: true,
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
  return (
    <span title={[first, ...others].map(({ symbol, quantity }) => `${signed(quantity)} ${symbol}`).join(', ')}>
      {signed(first.quantity)} <span class="faint">{first.symbol.split('-')[0]}</span>
      {others.length > 0 && ` +${others.length}`}
    </span>
  )
}

function Running({ rows, isLoaded }: { readonly rows: readonly Row[]; readonly isLoaded: boolean }): JSX.Element {
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
          <input
            data-filter
            type="search"
            aria-label="Filter instances"
            aria-keyshortcuts="/"
            placeholder="Filter  /"
            value={filter}
            onInput={({ currentTarget }) => {
              isHeld.current = false
              setFilter(currentTarget.value)
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

function UnderWay({ world }: { readonly world: World }): JSX.Element {
  const rollouts = useStore(world.rollouts).filter(isUnderWay)
  return (
    <>
      {rollouts.map((rollout) => (
        <RolloutPanel key={`${rollout.strategy}:${rollout.tag}`} world={world} rollout={rollout} />
      ))}
    </>
  )
}

function Activity({ world }: { readonly world: World }): JSX.Element {
  const items = useStore(world.activity).filter(isNews)
  const { state } = useStore(world.stream.connection)
  return (
    <Panel title="Activity" right={<span class="faint">{state}</span>}>
      {items.length === 0 && <Nothing>Nothing has happened since this page was opened.</Nothing>}
      <ul class="feed" tabIndex={0} aria-label="What happens">
        {items.slice(0, SHOWN).map((item) => {
          const { kind, text, tone, instance } = said(item)
          return (
            <li key={`${item.type} ${'at' in item ? item.at : ''} ${text}`}>
              <time>{'at' in item ? clock(item.at) : ''}</time>
              <span class={tone || 'faint'}>{kind}</span>
              <span>{instance === undefined ? text : <a href={pathOf('instances', instance)}>{text}</a>}</span>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
