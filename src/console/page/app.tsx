/** The page around the pages: who is asked for a token, the way to each page, and whether what is seen is of now. */
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import { chooseTheme } from '../../looks/theme'
import type { Caller } from '../../schema/caller'
import { call } from './api/call'
import { dropToken, know, session } from './api/session'
import { clock } from './format'
import { World } from './live/world'
import { PAGES } from './pages'
import { AuditPage } from './pages/audit'
import { BacktestPage } from './pages/backtest'
import { BacktestsPage } from './pages/backtests'
import { InstancePage } from './pages/instance'
import { Overview } from './pages/overview'
import { ProvidersPage } from './pages/providers'
import { RiskPage } from './pages/risk'
import { isUnderWay, RolloutsPage } from './pages/rollouts'
import { SignIn } from './pages/sign-in'
import { StrategiesPage } from './pages/strategies'
import { StrategyPage } from './pages/strategy'
import { Asking, told } from './parts/ask'
import { Nothing } from './parts/bits'
import { useLoaded } from './parts/loaded'
import { pathOf, route } from './route'
import { useStore } from './store'

export function App(): JSX.Element {
  const { token, caller, refusal } = useStore(session)
  const asked = useLoaded(
    async (signal) => {
      // whoever is asked for a token has been refused already
      if (refusal === undefined) know(await call<Caller>('GET', '/whoami', undefined, signal))
    },
    [token],
  )
  if (refusal !== undefined) return <SignIn refusal={refusal} />
  if (caller) return <Console caller={caller} key={caller.name ?? ''} />
  return <main class="alone">{asked.refusal && <Nothing>{asked.refusal.message}</Nothing>}</main>
}

function Console({ caller }: { readonly caller: Caller }): JSX.Element {
  const world = useMemo(() => new World(), [])
  useEffect(() => () => world.close(), [world])
  const news = useStore(told)
  const { page, subject } = useStore(route)
  const stale = useStale(world)
  return (
    <div class={stale ? 'app stale' : 'app'}>
      <a class="unseen skip" href="#content">
        Skip to the content
      </a>
      <Navigation world={world} caller={caller} />
      <main id="content" tabIndex={-1}>
        {stale && (
          <div class="notice loss" role="alert">
            {stale}
          </div>
        )}
        <Page world={world} page={page} subject={subject} key={`${page} ${subject}`} />
      </main>
      <div role="status" class={news ? 'news' : 'unseen'} onAnimationEnd={() => forget()}>
        {news}
      </div>
      <Asking />
    </div>
  )
}

function forget(): void {
  told.value = ''
}

interface PageProps {
  readonly world: World
  readonly page: string
  readonly subject: string | undefined
}

function Page({ world, page, subject }: PageProps): JSX.Element {
  if (page === 'overview') return <Overview world={world} />
  if (page === 'instances' && subject !== undefined) return <InstancePage world={world} id={subject} />
  if (page === 'strategies' && subject !== undefined) return <StrategyPage world={world} name={subject} />
  if (page === 'strategies') return <StrategiesPage world={world} />
  if (page === 'backtests' && subject !== undefined) return <BacktestPage world={world} id={subject} />
  if (page === 'backtests') return <BacktestsPage world={world} />
  if (page === 'rollouts') return <RolloutsPage world={world} />
  if (page === 'risk') return <RiskPage world={world} />
  if (page === 'providers') return <ProvidersPage world={world} />
  if (page === 'audit') return <AuditPage world={world} />
  return <Nothing>There is no such page.</Nothing>
}

/** A sentence while what is seen is of an earlier time. */
function useStale(world: World): string | undefined {
  const { state, since } = useStore(world.stream.connection)
  const fault = useStore(world.looks.refusal)
  if (state === 'lost')
    return `No connection to the gateway since ${clock(since)}. What you see is of then; trying again.`
  return fault === undefined ? undefined : `What you see is not of now: ${fault.message}.`
}

function Navigation({ world, caller }: { readonly world: World; readonly caller: Caller }): JSX.Element {
  const { page } = useStore(route)
  const { state } = useStore(world.stream.connection)
  const instances = useStore(world.instances)
  const providers = useStore(world.providers)
  const risk = useStore(world.risk)
  const here = page === 'instances' ? 'overview' : page
  const rollouts = useStore(world.rollouts).filter(isUnderWay)
  const counts: Record<string, number | string> = {
    overview: instances.size,
    providers: providers.length,
    rollouts: rollouts.length || '',
  }
  const stopped = risk?.killSwitches.length ?? 0
  return (
    <nav aria-label="Pages">
      <b>Meltica</b>
      {PAGES.map(({ path, title, key }) => (
        <a
          key={path}
          href={pathOf(path)}
          class={here === path ? 'here' : ''}
          aria-current={here === path ? 'page' : undefined}
          title={`${title} (g ${key})`}
        >
          {title}
          {path === 'risk' && stopped > 0 ? <i class="loss">{stopped}</i> : <i>{counts[path] ?? ''}</i>}
        </a>
      ))}
      <div class="foot">
        <span class={`state ${state === 'live' ? 'running' : state === 'lost' ? 'failed' : 'stopped'}`}>{state}</span>
        <span>times in UTC</span>
        <select aria-label="Theme" onChange={({ currentTarget }) => chooseTheme(currentTarget.value)}>
          <option value="system">System</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
        <span>
          {caller.name ?? 'no token'} · {caller.role}
        </span>
        {caller.needsToken && (
          <button type="button" onClick={() => dropToken('')}>
            Sign out
          </button>
        )}
        <span>
          {caller.version} · <a href="/docs">API</a>
        </span>
        <span>
          Charts by <a href="https://www.tradingview.com/">TradingView</a>
        </span>
      </div>
    </nav>
  )
}
