/** Tags: what a tag has named, and its move to another revision. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Module } from '../../../schema/modules'
import type { TagMove } from '../../../schema/tags'
import { call, part } from '../api/call'
import { count, dateTime, shortHash } from '../format'
import type { World } from '../live/world'
import { ask, Refusal } from '../parts/ask'
import { Nothing } from '../parts/bits'
import { useLoaded } from '../parts/loaded'
import { useStore } from '../store'

const MOVES = 50

const pathOfTag = (name: string, tag: string) => `/strategies/modules/${part(name)}/tags/${part(tag)}`

interface HistoryProps {
  readonly world: World
  readonly name: string
  readonly tag: string
}

export function TagHistory({ world, name, tag }: HistoryProps): JSX.Element {
  const changes = useStore(world.changes)
  const { value, refusal } = useLoaded(
    (signal) =>
      call<{ history: TagMove[] }>('GET', `${pathOfTag(name, tag)}/history?limit=${MOVES}`, undefined, signal),
    [name, tag, changes],
  )
  if (refusal) return <Refusal refusal={refusal} />
  return (
    <ol class="moves" aria-label={`History of ${tag}`}>
      {value?.history.length === 0 && <Nothing>It has not been moved since it is kept.</Nothing>}
      {value?.history.map(({ at, actor, action, hash, previousHash, message }) => (
        <li key={`${at} ${hash}`}>
          <span class="faint">{dateTime(at)}</span> {actor} {action}{' '}
          <span class="mono">
            {previousHash ? shortHash(previousHash) : 'new'} → {hash ? shortHash(hash) : 'deleted'}
          </span>
          {message && <span class="soft"> “{message}”</span>}
        </li>
      ))}
    </ol>
  )
}

export function askToMove(module: Module, tag: string, hash: string, followers: number): void {
  const others = module.revisions.filter((revision) => revision.hash !== hash)
  const chosen: Chosen = { hash: others.at(-1)?.hash ?? hash, share: 1 }
  ask({
    title: `Move ${module.name}:${tag}`,
    says:
      followers > 0
        ? `${count(followers, 'instance')} that follow it roll to the other revision.`
        : 'No instance follows it.',
    changes: [],
    more: <Target tag={tag} before={hash} revisions={others} chosen={chosen} />,
    action: 'Move',
    isGrave: followers > 0,
    asksReason: true,
    perform: (message) => {
      const rollout = chosen.share < 1 && { rollout: { share: chosen.share } }
      const body = { hash: chosen.hash, ...rollout, ...(message && { message }) }
      // nobody else has moved it since it was read
      return call('PUT', pathOfTag(module.name, tag), body, undefined, `"${hash}"`)
    },
    done: `${module.name}:${tag} moves.`,
  })
}

interface Chosen {
  hash: string
  /** Part of the running instances that moves first; 1: all at once. */
  share: number
}

const SHARES = [1, 0.5, 0.25, 0.1, 0.05]

interface TargetProps {
  readonly tag: string
  readonly before: string
  readonly revisions: Module['revisions']
  /** Takes the choice. */
  readonly chosen: Chosen
}

function Target({ tag, before, revisions, chosen }: TargetProps): JSX.Element {
  const [hash, setHash] = useState(chosen.hash)
  const choose = (next: string | undefined) => {
    if (next === undefined) return
    chosen.hash = next
    setHash(next)
  }
  return (
    <>
      <label class="field">
        To the revision
        <select onChange={({ currentTarget }) => choose(revisions[currentTarget.selectedIndex]?.hash)}>
          {revisions.map((revision) => (
            <option key={revision.hash} selected={revision.hash === hash}>
              {shortHash(revision.hash)} {revision.tag}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        How many instances move first
        <select
          onChange={({ currentTarget }) => {
            chosen.share = SHARES[currentTarget.selectedIndex] ?? 1
          }}
        >
          {SHARES.map((share) => (
            <option key={share}>
              {share === 1 ? 'all at once' : `${100 * share} %, the rest waits for a promote`}
            </option>
          ))}
        </select>
      </label>
      <dl class="changes">
        <div>
          <dt>{tag}</dt>
          <dd class="mono">
            <span class="before">{shortHash(before)}</span> → <b>{shortHash(hash)}</b>
          </dd>
        </div>
      </dl>
    </>
  )
}
