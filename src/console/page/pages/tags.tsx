/** Tags: what a tag has named, and its move to another revision. */
import type { JSX } from 'preact'
import type { Module } from '../../../schema/modules'
import type { TagMove } from '../../../schema/tags'
import { call, part } from '../api/call'
import { count, dateTime, shortHash } from '../format'
import type { World } from '../live/world'
import { ask, Changes, Refusal } from '../parts/ask'
import { Nothing } from '../parts/bits'
import { Check, Choice, useChanges } from '../parts/fields'
import { useLoaded } from '../parts/loaded'
import { useStore } from '../store'
import { AT_ONCE, Plan, type PlanDraft, planOf } from './rollout-plan'

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

export function askToMove(module: Module, tag: string, hash: string, followers: readonly string[]): void {
  const others = module.revisions.filter((revision) => revision.hash !== hash)
  const chosen: Chosen = { hash: others.at(-1)?.hash ?? hash, plan: { ...AT_ONCE } }
  ask({
    title: `Move ${module.name}:${tag}`,
    says:
      followers.length > 0
        ? `${count(followers.length, 'instance')} that follow it roll to the other revision.`
        : 'No instance follows it.',
    changes: [],
    more: <Target tag={tag} before={hash} revisions={others} chosen={chosen} />,
    action: 'Move',
    isGrave: followers.length > 0,
    asksReason: true,
    perform: (message) => {
      const rollout = planOf(chosen.plan)
      const body = { hash: chosen.hash, ...(rollout && { rollout }), ...(message && { message }) }
      // nobody else has moved it since it was read
      return call('PUT', pathOfTag(module.name, tag), body, undefined, `"${hash}"`)
    },
    done: `${module.name}:${tag} moves.`,
  })
}

interface Chosen {
  hash: string
  readonly plan: PlanDraft
}

interface TargetProps {
  readonly tag: string
  readonly before: string
  readonly revisions: Module['revisions']
  /** Takes the choice. */
  readonly chosen: Chosen
}

function Target({ tag, before, revisions, chosen }: TargetProps): JSX.Element {
  const change = useChanges()
  return (
    <>
      <Choice
        label="To the revision"
        chosen={chosen.hash}
        choices={revisions.map((revision) => [revision.hash, `${shortHash(revision.hash)} ${revision.tag}`])}
        onChoice={(hash) => change(() => (chosen.hash = hash))}
      />
      <Plan draft={chosen.plan} change={change} />
      <Changes changes={[{ label: tag, before: shortHash(before), after: shortHash(chosen.hash) }]} />
    </>
  )
}

/** Instances that are named one by one. */
const NAMED = 8

/** Who uses it, in a line. */
function named(ids: readonly string[]): string {
  if (ids.length === 0) return 'nobody'
  const more = ids.length > NAMED ? ` and ${count(ids.length - NAMED, 'more', 'more')}` : ''
  return ids.slice(0, NAMED).join(', ') + more
}

export function askToDeleteTag(module: Module, tag: string, hash: string, followers: readonly string[]): void {
  const isLast = !Object.entries(module.tagAliases).some(([other, names]) => other !== tag && names === hash)
  const draft = { allowOrphan: false }
  ask({
    title: `Delete ${module.name}:${tag}`,
    says:
      followers.length > 0
        ? 'What follows it runs on with the revision that it pins, and cannot be created by this selector again.'
        : 'The revision stays.',
    changes: [
      { label: tag, before: shortHash(hash), after: 'deleted' },
      { label: 'Followed by', after: named(followers) },
    ],
    more: isLast && <Orphan draft={draft} />,
    action: 'Delete the tag',
    isGrave: true,
    perform: () => {
      const path = `${pathOfTag(module.name, tag)}${draft.allowOrphan ? '?allowOrphan=true' : ''}`
      return call('DELETE', path, undefined, undefined, `"${hash}"`)
    },
    done: `${module.name}:${tag} was deleted.`,
  })
}

function Orphan({ draft }: { readonly draft: { allowOrphan: boolean } }): JSX.Element {
  const change = useChanges()
  return (
    <Check
      label="Although it is the last tag of its revision, which then is named by its hash alone"
      isSet={draft.allowOrphan}
      onSet={(is) => change(() => (draft.allowOrphan = is))}
    />
  )
}

/** @param pinned the instances that pin it. */
export function askToDeleteRevision(module: Module, hash: string, pinned: readonly string[]): void {
  const tags = Object.entries(module.tagAliases).flatMap(([tag, names]) => (names === hash ? [tag] : []))
  ask({
    title: `Delete ${module.name}@${shortHash(hash)}`,
    says: 'Its source is gone with it, and every tag that names it. One that an instance pins is not deleted.',
    changes: [
      { label: 'Revision', before: shortHash(hash), after: 'deleted' },
      { label: 'Tags', before: tags.join(', ') || 'none', after: tags.length > 0 ? 'deleted' : 'none' },
      { label: 'Pinned by', after: named(pinned) },
    ],
    action: 'Delete the revision',
    isGrave: true,
    word: shortHash(hash),
    perform: () => call('DELETE', `/strategies/modules/${part(`${module.name}@${hash}`)}`),
    done: `${module.name}@${shortHash(hash)} was deleted.`,
  })
}
