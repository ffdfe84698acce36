/** One strategy: its tags and where they point, its revisions, who uses which, and the source with what differs. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Instance } from '../../../schema/instances'
import type { Module } from '../../../schema/modules'
import { call, part } from '../api/call'
import { may } from '../api/session'
import { amount, count, shortHash } from '../format'
import type { World } from '../live/world'
import { Refusal } from '../parts/ask'
import { Hash, Nothing, Panel, Table } from '../parts/bits'
import { useLoaded } from '../parts/loaded'
import { pathOf } from '../route'
import { useStore } from '../store'
import { askToBacktest } from './backtest-form'
import { Source } from './source'
import { askToDeleteRevision, askToDeleteTag, askToMove, TagHistory } from './tags'

export function StrategyPage({ world, name }: { readonly world: World; readonly name: string }): JSX.Element {
  const changes = useStore(world.changes)
  const { value: module, refusal } = useLoaded(
    (signal) => call<Module>('GET', `/strategies/modules/${part(name)}`, undefined, signal),
    [name, changes],
  )
  return (
    <>
      <div class="top">
        <div class="trail">
          <a href={pathOf('strategies')} title="Escape">
            ← Strategies
          </a>
          <h1>{name}</h1>
        </div>
        {module && <Hash hash={module.hash} />}
      </div>
      {module?.metadata?.description && <p class="soft about">{module.metadata.description}</p>}
      {refusal && <Refusal refusal={refusal} />}
      {module?.problem && <div class="notice loss">{module.problem}</div>}
      {module ? (
        <>
          <div class="halves">
            <Tags world={world} module={module} />
            <Revisions world={world} module={module} />
          </div>
          <Users world={world} module={module} />
          <Source module={module} />
        </>
      ) : (
        !refusal && <Nothing>Reading…</Nothing>
      )}
    </>
  )
}

/** Who follows a tag: those whose selector names it. */
function followersOf(world: World, name: string, tag: string): string[] {
  const selectors = new Set([`${name}:${tag}`, ...(tag === 'latest' ? [name] : [])])
  return idsOf(world, ({ strategySelector }) => selectors.has(strategySelector))
}

const idsOf = (world: World, fits: (instance: Instance) => boolean): string[] =>
  [...world.instances.value.values()].filter(fits).map(({ id }) => id)

function Tags({ world, module }: { readonly world: World; readonly module: Module }): JSX.Element {
  const [shown, show] = useState<string>()
  useStore(world.instances)
  return (
    <Panel title="Tags">
      <Table label="Tags">
        <thead>
          <tr>
            <th>Tag</th>
            <th>Names</th>
            <th class="num">Followers</th>
            <th>
              <span class="unseen">What may be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(module.tagAliases).map(([tag, hash]) => {
            const followers = followersOf(world, module.name, tag)
            return (
              <tr key={tag} data-tag={tag}>
                <td>{tag}</td>
                <td>
                  <Hash hash={hash} />
                </td>
                <td class="num">{followers.length || <span class="faint">0</span>}</td>
                <td class="does">
                  <button
                    type="button"
                    aria-pressed={shown === tag}
                    onClick={() => show(shown === tag ? undefined : tag)}
                  >
                    History
                  </button>{' '}
                  {may('moveTag') && (
                    <button type="button" onClick={() => askToMove(module, tag, hash, followers)}>
                      Move…
                    </button>
                  )}{' '}
                  {tag !== 'latest' && may('deleteTag') && (
                    <button type="button" onClick={() => askToDeleteTag(module, tag, hash, followers)}>
                      Delete…
                    </button>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </Table>
      {shown !== undefined && <TagHistory world={world} name={module.name} tag={shown} />}
    </Panel>
  )
}

function Revisions({ world, module }: { readonly world: World; readonly module: Module }): JSX.Element {
  const mayDelete = may('deleteModule')
  const pinning = (hash: string) =>
    idsOf(world, (one) => one.strategyIdentifier === module.name && one.strategyHash === hash)
  const running = new Map(module.running.map((entry) => [entry.hash, entry.count]))
  return (
    <Panel title="Revisions" beside={<span class="faint">newest last</span>}>
      <Table label="Revisions">
        <thead>
          <tr>
            <th>Revision</th>
            <th>Tag</th>
            <th class="num wide">Size</th>
            <th class="num wide">Running</th>
            <th>Sound</th>
            <th>
              <span class="unseen">What may be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {module.revisions.map(({ hash, tag, size, retired, problem }) => (
            <tr key={hash}>
              <td>
                <Hash hash={hash} is={hash === module.hash ? 'chosen' : 'plain'} />
              </td>
              <td>{retired ? <span class="faint">retired</span> : tag}</td>
              <td class="num wide">{amount(size / 1024, 1)} KiB</td>
              <td class="num wide">{running.get(hash) ?? <span class="faint">0</span>}</td>
              <td class={problem ? 'loss' : 'soft'}>{problem ?? 'yes'}</td>
              <td class="does">
                {may('requestBacktest') && (
                  <button type="button" onClick={() => askToBacktest(`${module.name}@${hash}`)}>
                    Backtest…
                  </button>
                )}
                {mayDelete && hash !== module.tagAliases.latest && (
                  <button type="button" onClick={() => askToDeleteRevision(module, hash, pinning(hash))}>
                    Delete…
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  )
}

/** Instances that are named one by one. */
const NAMED = 100

function Users({ world, module }: { readonly world: World; readonly module: Module }): JSX.Element {
  const instances = [...useStore(world.instances).values()].filter(
    ({ strategyIdentifier }) => strategyIdentifier === module.name,
  )
  return (
    <Panel title="Used by" beside={<span class="faint">{count(instances.length, 'instance')}</span>}>
      {instances.length === 0 && <Nothing>No instance uses it.</Nothing>}
      <div class="chips">
        {instances.slice(0, NAMED).map(({ id, state, strategyHash }) => (
          <a key={id} href={pathOf('instances', id)}>
            <span class={`state ${state}`}>{id}</span> <span class="mono faint">{shortHash(strategyHash, 7)}</span>
          </a>
        ))}
        {instances.length > NAMED && <span class="faint">and {instances.length - NAMED} more</span>}
      </div>
    </Panel>
  )
}
