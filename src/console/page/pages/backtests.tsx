/** Backtests that were asked of the gateway: how far they are, and what came of each. */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Backtest } from '../../../schema/backtests'
import { call } from '../api/call'
import { may } from '../api/session'
import { amount, dateTime, percent, toneOf } from '../format'
import type { World } from '../live/world'
import { Refusal } from '../parts/ask'
import { Hash, Nothing, Panel, State } from '../parts/bits'
import { useLoaded } from '../parts/loaded'
import { type Column, Rows } from '../parts/rows'
import { pathOf } from '../route'
import { useStore } from '../store'
import { askToBacktest } from './backtest-form'

const LOOK_MS = 1000

export const isUnderWay = ({ state }: Backtest): boolean => state === 'queued' || state === 'running'

/** Counts up while something is under way, so that whoever reads it reads again. */
export function useTicks(isTicking: boolean): number {
  const [ticks, setTicks] = useState(0)
  useEffect(() => {
    if (!isTicking) return
    const timer = setInterval(() => document.hidden || setTicks((times) => times + 1), LOOK_MS)
    return () => clearInterval(timer)
  }, [isTicking])
  return ticks
}

/** A figure of its statistics; undefined until there are any. */
export function statOf({ summary }: Backtest, name: string): number | undefined {
  const value = summary?.stats[name]
  return typeof value === 'number' ? value : undefined
}

export function Share({ value, tone = true }: { readonly value: number | undefined; readonly tone?: boolean }) {
  if (value === undefined) return <span class="faint">–</span>
  return <span class={tone ? toneOf(value) : ''}>{percent(value)}</span>
}

export function Progress({ backtest }: { readonly backtest: Backtest }): JSX.Element {
  const { id, state, progress } = backtest
  if (state !== 'running') return <State state={state} />
  return (
    <span class="progress">
      <progress aria-label={`Progress of backtest ${id}`} max={1} value={progress} />
      <span>{amount(100 * progress, 0)} %</span>
    </span>
  )
}

const COLUMNS: readonly Column<Backtest>[] = [
  {
    title: 'Strategy',
    cell: ({ id, selector, hash }) => (
      <>
        <a href={pathOf('backtests', id)}>
          {id} {selector.split('@')[0]}
        </a>{' '}
        <Hash hash={hash} digits={7} />
      </>
    ),
  },
  { title: 'Data', isWide: true, cell: ({ data }) => <span class="soft">{data.join(', ')}</span> },
  { title: 'State', width: '116px', cell: (backtest) => <Progress backtest={backtest} /> },
  { title: 'Return', isNumber: true, width: '92px', cell: (one) => <Share value={statOf(one, 'returnPct')} /> },
  {
    title: 'Drawdown',
    isNumber: true,
    isWide: true,
    width: '92px',
    cell: (one) => <Share value={statOf(one, 'maxDrawdownPct')} tone={false} />,
  },
  {
    title: 'Sharpe',
    isNumber: true,
    isWide: true,
    width: '76px',
    cell: (one) => <Ratio value={statOf(one, 'sharpe')} />,
  },
  {
    title: 'Asked for',
    isNumber: true,
    isWide: true,
    width: '176px',
    cell: ({ createdAt }) => <span class="faint">{dateTime(createdAt)}</span>,
  },
]

function Ratio({ value }: { readonly value: number | undefined }): JSX.Element {
  return value === undefined ? <span class="faint">–</span> : <span>{amount(value)}</span>
}

export function BacktestsPage({ world }: { readonly world: World }): JSX.Element {
  const changes = useStore(world.changes)
  const [underWay, setUnderWay] = useState(false)
  const ticks = useTicks(underWay)
  const [filter, setFilter] = useState('')
  const { value, refusal } = useLoaded(
    (signal) => call<{ items: Backtest[] }>('GET', '/backtests?limit=1000', undefined, signal),
    [changes, ticks],
  )
  const all = value?.items ?? []
  const isAny = all.some(isUnderWay)
  useEffect(() => setUnderWay(isAny), [isAny])
  const shown = all.filter(({ selector, data }) => `${selector} ${data.join(' ')}`.includes(filter))
  return (
    <>
      <div class="top">
        <h1>Backtests</h1>
        {may('requestBacktest') && (
          <div class="right">
            <button type="button" class="chief" onClick={() => askToBacktest()}>
              Run a backtest…
            </button>
          </div>
        )}
      </div>
      {refusal && <Refusal refusal={refusal} />}
      <Panel
        title="Newest first"
        right={
          <input
            data-filter
            type="search"
            aria-label="Filter backtests"
            aria-keyshortcuts="/"
            placeholder="Filter  /"
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        }
      >
        {shown.length > 0 ? (
          <Rows label="Backtests" columns={COLUMNS} rows={shown} keyOf={({ id }) => id} />
        ) : (
          <Nothing>{value ? 'There is none.' : 'Reading…'}</Nothing>
        )}
      </Panel>
    </>
  )
}
