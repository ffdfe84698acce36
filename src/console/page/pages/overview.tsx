/** What runs: totals, every instance with the worst first, and what happens. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { switchInForce } from '../../../schema/switch-in-force'
import { may } from '../api/session'
import { amount, clock, count, duration, percent, toneOf } from '../format'
import { type Row, rowOf } from '../live/standing'
import { isNews, said } from '../live/told'
import type { World } from '../live/world'
import { type Figure, Figures, Nothing, Panel } from '../parts/bits'
import { pathOf } from '../route'
import { useStore } from '../store'
import { askToKill, MODES } from './kill'
import { Alerts } from './overview-alerts'
import { Running } from './overview-instances'
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
      <Alerts world={world} />
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

const BAD: Readonly<Record<string, string>> = {
  failed: 'loss',
  restarting: 'loss',
  killed: 'loss',
  reducing: 'warn',
  lagging: 'warn',
}

function useRows(world: World): readonly Row[] {
  const instances = useStore(world.instances)
  const worth = useStore(world.worth)
  const risk = useStore(world.risk)
  return useMemo(() => {
    const switches = risk?.killSwitches ?? []
    return [...instances.values()].map((one) => rowOf(one, worth.get(one.id)?.[0], switchInForce(switches, one)))
  }, [instances, worth, risk])
}

function Totals({ world, rows }: { readonly world: World; readonly rows: readonly Row[] }): JSX.Element {
  const totals = useStore(world.totals)
  const running = rows.filter(({ instance }) => instance.state === 'running')
  const lagMs = Math.max(0, ...running.map(({ instance }) => instance.stats.lagMs))
  const down = rows.filter(({ standing }) => standing === 'failed' || standing === 'restarting').length
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
          beside: down > 0 ? <span class="loss">{down} down</span> : 'none down',
        },
      ]}
    />
  )
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
