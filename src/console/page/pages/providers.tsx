/** Where prices come from and orders go to. */
import type { JSX } from 'preact'
import type { ProviderView } from '../../../schema/providers'
import { call, part } from '../api/call'
import { may } from '../api/session'
import { amount, count, written } from '../format'
import type { World } from '../live/world'
import { ask } from '../parts/ask'
import { Nothing, Panel, State } from '../parts/bits'
import { pathOf } from '../route'
import { useStore } from '../store'

const NAMED = 12

export function ProvidersPage({ world }: { readonly world: World }): JSX.Element {
  const providers = useStore(world.providers)
  return (
    <>
      <div class="top">
        <h1>Providers</h1>
      </div>
      {providers.length === 0 && <Nothing>There is no provider yet.</Nothing>}
      {providers.map((provider) => (
        <Provider key={provider.name} world={world} provider={provider} />
      ))}
    </>
  )
}

function Provider({ world, provider }: { readonly world: World; readonly provider: ProviderView }): JSX.Element {
  const { name, adapter, status, running, startupError, symbols, settings, dependentInstances, eventsEmitted } =
    provider
  const changes = running ? may('stopProvider') : may('startProvider')
  return (
    <Panel
      title={name}
      beside={
        <>
          <State state={status} />
          <span class="chip plain">{adapter}</span>
        </>
      }
      right={
        changes && (
          <button type="button" onClick={() => askToSwitch(world, provider)}>
            {running ? 'Stop…' : 'Start…'}
          </button>
        )
      }
    >
      {startupError && <div class="notice loss">{startupError}</div>}
      <dl class="facts">
        <div>
          <dt>Events since the start</dt>
          <dd>{amount(eventsEmitted, 0)}</dd>
        </div>
        <div>
          <dt>Symbols</dt>
          <dd>{symbols.join(', ') || 'none'}</dd>
        </div>
        <div>
          <dt>Used by</dt>
          <dd>
            {count(dependentInstances.length, 'instance')}{' '}
            {dependentInstances.slice(0, NAMED).map((id) => (
              <a key={id} href={pathOf('instances', id)} class="chip plain">
                {id}
              </a>
            ))}
            {dependentInstances.length > NAMED && ' …'}
          </dd>
        </div>
        {Object.entries(settings).map(([key, value]) => (
          <div key={key}>
            <dt class="mono">{key}</dt>
            <dd class="mono">{written(value)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

function askToSwitch(world: World, { name, running, status, dependentInstances }: ProviderView): void {
  const action = running ? 'stop' : 'start'
  ask({
    title: `${running ? 'Stop' : 'Start'} ${name}`,
    says: running ? 'Its instances get no events and can trade no more until it is started again.' : '',
    changes: [
      { label: 'Provider', before: status, after: running ? 'stopped' : 'running' },
      { label: 'Concerns', after: count(dependentInstances.length, 'instance') },
    ],
    action: running ? 'Stop' : 'Start',
    isGrave: running,
    perform: async () => {
      await call('POST', `/providers/${part(name)}/${action}`)
      await world.look()
    },
    done: `${name} was ${running ? 'stopped' : 'started'}.`,
  })
}
