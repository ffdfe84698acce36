/** Tags that move in steps: how far they are, what each revision has done meanwhile, and whether they go on. */
import type { JSX } from 'preact'
import type { Rollout, Side } from '../../../schema/rollouts'
import { call, part } from '../api/call'
import { may } from '../api/session'
import { amount, count, dateTime, duration, percent, shortHash, toneOf } from '../format'
import type { World } from '../live/world'
import { ask } from '../parts/ask'
import { Hash, Nothing, Panel, State } from '../parts/bits'
import { pathOf } from '../route'
import { useStore } from '../store'

export function RolloutsPage({ world }: { readonly world: World }): JSX.Element {
  const rollouts = useStore(world.rollouts)
  return (
    <>
      <div class="top">
        <h1>Rollouts</h1>
      </div>
      {rollouts.length === 0 && <Nothing>No tag has been moved in steps. A move that is given a plan does so.</Nothing>}
      {rollouts.map((rollout) => (
        <RolloutPanel key={nameOf(rollout)} world={world} rollout={rollout} />
      ))}
    </>
  )
}

const nameOf = ({ strategy, tag }: Rollout): string => `${strategy}:${tag}`

export const isUnderWay = ({ state, finished }: Rollout): boolean =>
  state === 'running' || state === 'paused' || !finished

interface PanelProps {
  readonly world: World
  readonly rollout: Rollout
}

export function RolloutPanel({ world, rollout }: PanelProps): JSX.Element {
  const { strategy, state, moved, waiting, failed, steps, share, since, nextStepAt, who, reason, sides } = rollout
  const all = moved.length + waiting.length
  const name = nameOf(rollout)
  const step = steps.findIndex((one) => one >= share) + 1
  return (
    <Panel
      title={name}
      id={`rollout-${strategy}-${rollout.tag}`}
      beside={<State state={state} />}
      right={<span class="faint">{step > 0 ? `step ${step} of ${steps.length}` : percent(100 * share)}</span>}
    >
      <div class="roll">
        <div class="progress">
          <progress aria-label={`Moved of ${name}`} max={Math.max(1, all)} value={moved.length} />
          <span>
            {moved.length} of {all}
          </span>
        </div>
        <div class="sides">
          <SideView title="before" side={sides.from} />
          <SideView title="after" side={sides.to} isNew />
        </div>
        {reason && <div class={state === 'aborted' ? 'notice loss' : 'notice'}>{reason}</div>}
        {failed.map(({ id, reason: why }) => (
          <div key={id} class="loss">
            <a href={pathOf('instances', id)}>{id}</a>: {why}
          </div>
        ))}
        <div class="faint">
          since {dateTime(since)} by {who}
          {nextStepAt && `, next step at ${dateTime(nextStepAt)}`}
        </div>
        <Actions world={world} rollout={rollout} />
      </div>
    </Panel>
  )
}

interface SideProps {
  readonly title: string
  readonly side: Side
  readonly isNew?: boolean
}

function SideView({ title, side, isNew = false }: SideProps): JSX.Element {
  const { hash, instances, realizedPnl, unrealizedPnl, currency, fills, errors, lagMs } = side
  return (
    <div>
      <Hash hash={hash} is={isNew ? 'chosen' : 'plain'} /> <span class="faint">{title}</span>
      <br />
      <b>{instances}</b> {instances === 1 ? 'instance' : 'instances'}
      <br />
      <span class={toneOf(realizedPnl)}>{amount(realizedPnl, 2, true)}</span> realised
      <br />
      <span class={toneOf(unrealizedPnl)}>{amount(unrealizedPnl, 2, true)}</span> unrealised {currency}
      <br />
      {count(fills, 'fill')}, <span class={errors > 0 ? 'loss' : ''}>{count(errors, 'error')}</span>
      <br />
      <span class={lagMs >= 1000 ? 'warn' : 'faint'}>{duration(lagMs)} behind</span>
    </div>
  )
}

interface Act {
  readonly name: 'promote' | 'pause' | 'resume' | 'abort'
  readonly operationId: string
  readonly states: readonly Rollout['state'][]
  /** What becomes of it. */
  readonly after: (rollout: Rollout) => string
}

const ACTS: readonly Act[] = [
  {
    name: 'promote',
    operationId: 'promoteRollout',
    states: ['running', 'paused'],
    after: ({ waiting, to }) => `the tag names ${shortHash(to)}, ${count(waiting.length, 'more instance')} roll to it`,
  },
  { name: 'pause', operationId: 'pauseRollout', states: ['running'], after: () => 'no more are moved for now' },
  { name: 'resume', operationId: 'resumeRollout', states: ['paused'], after: () => 'the steps go on' },
  {
    name: 'abort',
    operationId: 'abortRollout',
    states: ['running', 'paused'],
    after: ({ moved, from }) => `${count(moved.length, 'instance')} go back to ${shortHash(from)}`,
  },
]

function Actions({ world, rollout }: PanelProps): JSX.Element {
  return (
    <div class="acts">
      {ACTS.filter(({ states, operationId }) => states.includes(rollout.state) && may(operationId)).map((act) => (
        <button type="button" key={act.name} onClick={() => askTo(world, rollout, act)}>
          {titleOf(act)}…
        </button>
      ))}
    </div>
  )
}

const titleOf = ({ name }: Act): string => name.slice(0, 1).toUpperCase() + name.slice(1)

function askTo(world: World, rollout: Rollout, act: Act): void {
  const name = nameOf(rollout)
  ask({
    title: `${titleOf(act)} ${name}`,
    changes: [{ label: 'Rollout', before: rollout.state, after: act.after(rollout) }],
    action: titleOf(act),
    isGrave: act.name === 'abort',
    asksReason: true,
    perform: async (message) => {
      await call('POST', `/rollouts/${part(name)}/${act.name}`, message ? { message } : {})
      await world.look()
    },
    done: `${name}: ${act.after(rollout)}.`,
  })
}
