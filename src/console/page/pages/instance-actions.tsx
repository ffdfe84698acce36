/** What may be done with an instance: only what the role lets do, and each is asked for. */
import type { JSX } from 'preact'
import type { Instance } from '../../../schema/instances'
import { call, part } from '../api/call'
import { may } from '../api/session'
import { signed } from '../format'
import type { World } from '../live/world'
import { ask, type Change } from '../parts/ask'
import { go } from '../route'
import { askToConfigure } from './instance-config'
import { askToKillOne, askToResume } from './kill'
import { askToOrder } from './order'

interface ActionsProps {
  readonly world: World
  readonly instance: Instance
  readonly isKilled: boolean
}

export function InstanceActions({ world, instance, isKilled }: ActionsProps): JSX.Element {
  const { id, state } = instance
  const runs = state === 'running' || state === 'starting'
  return (
    <div class="right">
      {may('replaceInstance') && (
        <button type="button" onClick={() => askToConfigure(world, instance)}>
          Configure…
        </button>
      )}
      {!runs && may('startInstance') && (
        <button type="button" class="chief" onClick={() => askToStart(world, instance)}>
          Start…
        </button>
      )}
      {!runs && may('removeInstance') && (
        <button type="button" onClick={() => askToRemove(world, instance)}>
          Remove…
        </button>
      )}
      {(runs || state === 'restarting') && may('stopInstance') && (
        <button type="button" onClick={() => askToStop(world, instance)}>
          Stop…
        </button>
      )}
      {may('placeOrder') && (
        <button type="button" onClick={() => askToOrder(world, instance)}>
          Order…
        </button>
      )}
      {may('flattenInstance') && (
        <button type="button" onClick={() => askToFlatten(world, instance)}>
          Flatten…
        </button>
      )}
      {isKilled
        ? may('resumeTrading') && (
            <button type="button" onClick={() => askToResume(world, 'instance', id)}>
              Resume trading…
            </button>
          )
        : may('killTrading') && (
            <button type="button" class="kill" onClick={() => askToKillOne(world, 'instance', id)}>
              Kill…
            </button>
          )}
    </div>
  )
}

const actionPath = ({ id }: Instance, action: string) => `/strategy/instances/${part(id)}/${action}`

function positionsOf(world: World, { id }: Instance): Change[] {
  return (world.worth.value.get(id) ?? []).flatMap(({ positions }) =>
    positions.map(({ symbol, quantity }) => ({ label: symbol, before: signed(quantity) })),
  )
}

function askToStart(world: World, instance: Instance): void {
  const { id, state, strategy } = instance
  ask({
    title: `Start ${id}`,
    changes: [
      { label: 'State', before: state, after: 'running' },
      { label: 'Orders', after: strategy.config.dry_run === true ? 'checked and logged alone (dry run)' : 'sent' },
    ],
    action: 'Start',
    perform: async () => {
      await call('POST', actionPath(instance, 'start'))
      await world.look()
    },
    done: `${id} was started.`,
  })
}

function askToStop(world: World, instance: Instance): void {
  const open = positionsOf(world, instance)
  ask({
    title: `Stop ${instance.id}`,
    says: open.length > 0 ? 'It sees no more events. Its positions stay open.' : 'It sees no more events.',
    changes: [
      { label: 'State', before: instance.state, after: 'stopped' },
      ...open.map((change) => ({ ...change, after: `${change.before} (stays)` })),
    ],
    action: 'Stop',
    isGrave: true,
    perform: async () => {
      await call('POST', actionPath(instance, 'stop'))
      await world.look()
    },
    done: `${instance.id} was stopped.`,
  })
}

function askToFlatten(world: World, instance: Instance): void {
  const open = positionsOf(world, instance)
  ask({
    title: `Flatten ${instance.id}`,
    says: 'Cancels its open orders and closes its positions at the market. The instance itself runs on, and may open new ones.',
    changes:
      open.length > 0
        ? open.map((change) => ({ ...change, after: '0' }))
        : [{ label: 'Positions', before: 'none', after: 'none' }],
    action: 'Flatten',
    isGrave: true,
    perform: async () => {
      await call('POST', actionPath(instance, 'flatten'), {})
      await world.look()
    },
    done: `${instance.id} is being flattened.`,
  })
}

function askToRemove(world: World, instance: Instance): void {
  const { id, state } = instance
  ask({
    title: `Remove ${id}`,
    says: 'Its orders, executions and its account stay in the journal.',
    changes: [{ label: 'Instance', before: state, after: 'removed' }, ...positionsOf(world, instance)],
    action: 'Remove',
    isGrave: true,
    word: id,
    perform: async () => {
      await call('DELETE', `/strategy/instances/${part(id)}`)
      await world.look()
      go('overview')
    },
    done: `${id} was removed.`,
  })
}
