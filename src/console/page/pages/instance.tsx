/** One instance: how it stands, what it is worth, what it trades, what it says, and what may be done with it. */
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Instance } from '../../../schema/instances'
import { switchInForce } from '../../../schema/switch-in-force'
import { amount, count, dateTime, duration, percent, shortHash, toneOf, written } from '../format'
import { InstanceView } from '../live/instance'
import { rowOf } from '../live/standing'
import type { World } from '../live/world'
import { Refusal } from '../parts/ask'
import { Facts, Figures, Hash, Nothing, Panel, State } from '../parts/bits'
import { Chart } from '../parts/chart'
import { pathOf } from '../route'
import { useStore } from '../store'
import { InstanceActions } from './instance-actions'
import { Log } from './instance-log'
import { Fills, Orders, Positions, PriceChart } from './instance-trades'
import { MODES } from './kill'

const HOUR_MS = 3_600_000
const SPANS: readonly (readonly [title: string, ms: number | undefined])[] = [
  ['1 h', HOUR_MS],
  ['24 h', 24 * HOUR_MS],
  ['30 d', 720 * HOUR_MS],
  ['All', undefined],
]

/** What its reason is the reason of; one that runs says it itself, unless its policy has started it. */
const OUTCOMES: Readonly<Partial<Record<Instance['state'], string>>> = {
  failed: 'It failed: ',
  restarting: 'It failed: ',
  stopped: 'It was stopped: ',
}

export function InstancePage({ world, id }: { readonly world: World; readonly id: string }): JSX.Element {
  const instance = useStore(world.instances).get(id)
  const isLoaded = useStore(world.isLoaded)
  if (!instance) {
    return (
      <>
        <Trail id={id} />
        <Nothing>{isLoaded ? `There is no instance ${id} (any more).` : 'Reading…'}</Nothing>
      </>
    )
  }
  return <Known world={world} instance={instance} />
}

function Trail({ id }: { readonly id: string }): JSX.Element {
  return (
    <div class="trail">
      <a href={pathOf('overview')} title="Escape">
        ← Overview
      </a>
      <h1>{id}</h1>
    </div>
  )
}

function Known({ world, instance }: { readonly world: World; readonly instance: Instance }): JSX.Element {
  const { id, state, strategyIdentifier, strategySelector, strategyHash, reason, durableReason, restarts, restartAt } =
    instance
  const span = useRef<number | undefined>(24 * HOUR_MS)
  const view = useMemo(
    () => new InstanceView(id, () => (span.current === undefined ? undefined : Date.now() - span.current)),
    [id],
  )
  useEffect(() => () => view.close(), [view])
  const refusal = useStore(view.looks.refusal)
  // else it is said of the whole page
  const isLive = useStore(world.stream.connection).state === 'live' && !useStore(world.looks.refusal)
  const risk = useStore(world.risk)
  const worth = useStore(world.worth).get(id)?.[0]
  const killed = risk?.killSwitches.find(({ scope, subject }) => scope === 'instance' && subject === id)
  const { standing } = rowOf(instance, worth, switchInForce(risk?.killSwitches ?? [], instance))
  return (
    <>
      <div class="top">
        <Trail id={id} />
        <State state={standing} />
        <a href={pathOf('strategies', strategyIdentifier)} class="soft">
          {strategySelector}
        </a>
        <Hash hash={strategyHash} />
        {instance.strategy.config.dry_run === true && <span class="chip warn">dry run</span>}
        <InstanceActions world={world} instance={instance} isKilled={killed !== undefined} />
      </div>
      {reason && (
        <div class={state === 'running' ? 'notice' : 'notice loss'}>
          {state === 'running' && restarts > 0 ? 'It was started again: ' : OUTCOMES[state]}
          {reason}
          {restartAt && `; it is started again at ${dateTime(restartAt)}`}
        </div>
      )}
      {durableReason && <div class="notice">A crash would set it back: {durableReason}</div>}
      {killed && (
        <div class="notice loss">
          {MODES[killed.mode]}, by {killed.who}: {killed.reason}
        </div>
      )}
      {refusal && refusal.status !== 404 && isLive && <Refusal refusal={refusal} />}
      <Worth view={view} instance={instance} />
      <div class="halves">
        <Equity view={view} span={span} />
        <PriceChart view={view} scope={instance.scope} />
      </div>
      <Positions view={view} />
      <div class="halves">
        <Orders view={view} />
        <Fills view={view} />
      </div>
      <Log view={view} />
      <Configuration instance={instance} />
    </>
  )
}

function Worth({ view, instance }: { readonly view: InstanceView; readonly instance: Instance }): JSX.Element {
  const curve = useStore(view.equity)
  const positions = useStore(view.positions)
  const { stats, state } = instance
  const open = positions.filter(({ quantity }) => Number(quantity) !== 0)
  return (
    <Figures
      figures={[
        { label: 'Equity', value: curve ? amount(curve.equity) : '–', beside: curve?.currency },
        {
          label: 'PnL today',
          value: curve ? amount(curve.pnlToday, 2, true) : '–',
          beside: curve && `drawdown ${percent(curve.drawdownPctToday)}`,
          tone: toneOf(curve?.pnlToday),
        },
        {
          label: 'PnL since the start',
          value: curve ? amount(curve.pnl, 2, true) : '–',
          beside: curve && `worst drawdown ${percent(curve.maxDrawdownPct)}`,
          tone: toneOf(curve?.pnl),
        },
        { label: 'Positions', value: open.length, beside: open.map(({ symbol }) => symbol).join(', ') || 'flat' },
        {
          label: 'Fills',
          value: amount(stats.fills, 0),
          beside: `of ${count(stats.orders, 'order')}, ${amount(stats.skippedOrders, 0)} dry`,
        },
        {
          label: 'Lag',
          value: state === 'running' ? duration(stats.lagMs) : '–',
          beside: <span class={stats.errors > 0 ? 'loss' : ''}>{count(stats.errors, 'error')}</span>,
          tone: stats.lagMs >= 1000 ? 'warn' : '',
        },
      ]}
    />
  )
}

interface EquityProps {
  readonly view: InstanceView
  readonly span: { current: number | undefined }
}

function Equity({ view, span }: EquityProps): JSX.Element {
  const curve = useStore(view.equity)
  const [chosen, choose] = useState(span.current)
  const show = (ms: number | undefined) => {
    span.current = ms
    choose(ms)
    void view.looks.now()
  }
  return (
    <Panel
      title="Equity"
      beside={<span class="faint">{curve?.currency}</span>}
      right={SPANS.map(([title, ms]) => (
        <button type="button" key={title} aria-pressed={chosen === ms} onClick={() => show(ms)}>
          {title}
        </button>
      ))}
    >
      <Chart
        make={async () => (await import('../parts/charts')).equityChart()}
        show={(chart) => curve && chart.show(curve.points, curve.startEquity)}
        causes={[curve]}
      />
    </Panel>
  )
}

function Configuration({ instance }: { readonly instance: Instance }): JSX.Element {
  const { strategy, scope, createdAt, updatedAt, strategyHash, stats, restart, restarts } = instance
  return (
    <Panel title="Configuration" beside={<span class="mono faint">{shortHash(strategyHash)}</span>}>
      <Facts
        mono={Object.entries(strategy.config).map(([name, value]) => [name, written(value)])}
        facts={[
          ...Object.entries(scope).map(
            ([provider, { symbols }]) => [`Symbols at ${provider}`, symbols.join(', ')] as const,
          ),
          ['Created', dateTime(createdAt)],
          ['Last changed', dateTime(updatedAt)],
          ['Events, dropped', `${amount(stats.events, 0)}, ${amount(stats.dropped, 0)}`],
          ['CPU time', duration(stats.cpuMs)],
          ['Started again', restarts > 0 ? `${restart}: ${count(restarts, 'time')}` : restart],
        ]}
      />
    </Panel>
  )
}
