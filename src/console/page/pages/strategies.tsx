/** Every strategy with its revisions and what runs of them; a file that is dropped here is uploaded. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Module, ModulePage } from '../../../schema/modules'
import { call } from '../api/call'
import { may } from '../api/session'
import { count } from '../format'
import type { World } from '../live/world'
import { Refusal } from '../parts/ask'
import { Hash, Nothing, Panel } from '../parts/bits'
import { Filter } from '../parts/fields'
import { useLoaded } from '../parts/loaded'
import { type Column, Rows } from '../parts/rows'
import { pathOf } from '../route'
import { useStore } from '../store'
import { DropZone } from './upload'

const runningOf = ({ running }: Module): number => running.reduce((sum, { count: some }) => sum + some, 0)

const COLUMNS: readonly Column<Module>[] = [
  {
    title: 'Strategy',
    cell: ({ name, metadata }) => (
      <>
        <a href={pathOf('strategies', name)}>{name}</a>
        <span class="narrow faint">{metadata?.displayName}</span>
      </>
    ),
  },
  {
    title: 'Description',
    isWide: 'very',
    width: '34%',
    cell: ({ metadata }) => <span class="soft">{metadata?.description}</span>,
  },
  { title: 'Latest', isWide: true, width: '130px', cell: ({ hash }) => <Hash hash={hash} /> },
  {
    title: 'Tags',
    isWide: true,
    isNumber: true,
    width: '70px',
    cell: ({ tagAliases }) => Object.keys(tagAliases).length,
  },
  { title: 'Revisions', isNumber: true, width: '88px', cell: ({ revisions }) => revisions.length },
  {
    title: 'Running',
    isNumber: true,
    width: '88px',
    cell: (module) => <span class={runningOf(module) > 0 ? '' : 'faint'}>{runningOf(module)}</span>,
  },
]

export function StrategiesPage({ world }: { readonly world: World }): JSX.Element {
  const changes = useStore(world.changes)
  const [filter, setFilter] = useState('')
  const { value, refusal } = useLoaded(
    (signal) => call<ModulePage>('GET', '/strategies/modules', undefined, signal),
    [changes],
  )
  const modules = (value?.modules ?? []).filter(({ name }) => name.includes(filter.toLowerCase()))
  const broken = modules.filter(({ problem }) => problem !== undefined)
  return (
    <>
      <div class="top">
        <h1>Strategies</h1>
        {broken.length > 0 && <span class="chip loss">{count(broken.length, 'problem')}</span>}
      </div>
      {refusal && <Refusal refusal={refusal} />}
      {broken.map(({ name, problem }) => (
        <div class="notice" key={name}>
          {name}: {problem}
        </div>
      ))}
      {may('uploadModule') && <DropZone />}
      <Panel title="Catalogue" right={<Filter label="Filter strategies" text={filter} onText={setFilter} />}>
        {modules.length > 0 ? (
          <Rows label="Strategies" columns={COLUMNS} rows={modules} keyOf={({ name }) => name} />
        ) : (
          <Nothing>{value ? 'There is none.' : 'Reading…'}</Nothing>
        )}
      </Panel>
    </>
  )
}
