/** Where prices come from and orders go to. */
import type { JSX } from 'preact'
import type { ProviderView } from '../../../schema/providers'
import { call, part } from '../api/call'
import { may } from '../api/session'
import { amount, count, written } from '../format'
import type { World } from '../live/world'
import { ask } from '../parts/ask'
import { Facts, Nothing, Panel, State } from '../parts/bits'
import { pathOf } from '../route'
import { useStore } from '../store'
import { askToCreate, askToReplace } from './provider-form'

const NAMED = 12

export function ProvidersPage({ world }: { readonly world: World }): JSX.Element {
  const providers = useStore(world.providers)
  return (
    <>
      <div class="top">
        <h1>Providers</h1>
        {may('createProvider') && (
          <div class="right">
            <button type="button" onClick={() => askToCreate(world)}>
              Create…
            </button>
          </div>
        )}
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
        <>
          {may('replaceProvider') && (
            <button type="button" onClick={() => askToReplace(world, provider)}>
              Change…
            </button>
          )}
          {may(running ? 'stopProvider' : 'startProvider') && (
            <button type="button" onClick={() => askToSwitch(world, provider)}>
              {running ? 'Stop…' : 'Start…'}
            </button>
          )}
          {may('removeProvider') && dependentInstances.length === 0 && (
            <button type="button" onClick={() => askToRemove(world, provider)}>
              Remove…
            </button>
          )}
        </>
      }
    >
      {startupError && <div class="notice loss">{startupError}</div>}
      <Facts
        facts={[
          ['Events since the start', amount(eventsEmitted, 0)],
          ['Symbols', symbols.join(', ') || 'none'],
          ['Used by', <Users key="users" ids={dependentInstances} />],
        ]}
        mono={Object.entries(settings).map(([key, value]) => [key, written(value)])}
      />
    </Panel>
  )
}

function Users({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  return (
    <>
      {count(ids.length, 'instance')}{' '}
      {ids.slice(0, NAMED).map((id) => (
        <a key={id} href={pathOf('instances', id)} class="chip plain">
          {id}
        </a>
      ))}
      {ids.length > NAMED && ' …'}
    </>
  )
}

function askToRemove(world: World, { name, status }: ProviderView): void {
  ask({
    title: `Remove ${name}`,
    says: 'Nothing uses it. Its settings are gone with it, secrets too.',
    changes: [{ label: 'Provider', before: status, after: 'removed' }],
    action: 'Remove',
    isGrave: true,
    word: name,
    perform: async () => {
      await call('DELETE', `/providers/${part(name)}`)
      await world.look()
    },
    done: `${name} was removed.`,
  })
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
