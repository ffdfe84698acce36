/** Who changed what, and when, newest first. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AuditEntry } from '../../../schema/usage'
import { call } from '../api/call'
import { dateTime, shortHash, written } from '../format'
import { words } from '../live/told'
import type { World } from '../live/world'
import { Refusal } from '../parts/ask'
import { Nothing, Panel, Table } from '../parts/bits'
import { Choice, Field, Filter as FilterField } from '../parts/fields'
import { useLoaded } from '../parts/loaded'
import { useStore } from '../store'
import { auditActions } from '../terms' with { type: 'macro' }

interface Page {
  readonly items: readonly AuditEntry[]
  readonly total: number
  readonly next?: number
}

const ACTIONS = auditActions()
const LIMIT = 100

/** As the API takes them; empty: whatever it is. */
const NO_FILTER = { what: '', subject: '', strategy: '', who: '', since: '', until: '' }
type Filter = typeof NO_FILTER

export function AuditPage({ world }: { readonly world: World }): JSX.Element {
  const changes = useStore(world.changes)
  const [filter, setFilter] = useState<Filter>(NO_FILTER)
  /** Where the pages before began. */
  const [befores, setBefores] = useState<readonly (number | undefined)[]>([undefined])
  const before = befores.at(-1)
  const query = queryOf(filter, before)
  const { value: page, refusal } = useLoaded(
    (signal) => call<Page>('GET', `/audit?${query}`, undefined, signal),
    [query, before === undefined ? changes : 0],
  )
  const next = page?.next
  const isFiltered = Object.values(filter).some((text) => text.trim() !== '')
  const set = (name: keyof Filter) => (text: string) => {
    setFilter((was) => ({ ...was, [name]: text }))
    setBefores([undefined])
  }
  return (
    <>
      <div class="top">
        <h1>Audit</h1>
        <div class="right">
          <FilterField
            label="Only of this selector, instance or provider"
            text={filter.subject}
            onText={set('subject')}
          />
        </div>
      </div>
      <div class="panel filters">
        <Choice
          label="What"
          chosen={filter.what}
          choices={[['', 'anything'], ...ACTIONS.map((action) => [action, words(action)] as const)]}
          onChoice={set('what')}
        />
        <Field label="Strategy" text={filter.strategy} onText={set('strategy')} />
        <Field label="Who" text={filter.who} onText={set('who')} />
        <Field label="Since, UTC" is="time" text={filter.since} onText={set('since')} />
        <Field label="Before, UTC" is="time" text={filter.until} onText={set('until')} />
        <button type="button" disabled={!isFiltered} onClick={() => setFilter(NO_FILTER)}>
          All
        </button>
      </div>
      {refusal && <Refusal refusal={refusal} />}
      <Panel
        title="Changes"
        beside={<span class="faint">{page ? `${page.total} in all, newest first` : ''}</span>}
        right={
          <>
            <button type="button" disabled={befores.length === 1} onClick={() => setBefores((all) => all.slice(0, -1))}>
              Newer
            </button>
            <button type="button" disabled={next === undefined} onClick={() => setBefores((all) => [...all, next])}>
              Older
            </button>
          </>
        }
      >
        {page?.items.length === 0 && (
          <Nothing>{isFiltered ? 'Nothing that fits has been changed.' : 'Nothing has been changed.'}</Nothing>
        )}
        <Table label="Changes" class="audit stacks">
          <thead>
            <tr>
              <th>When</th>
              <th>Who</th>
              <th>What</th>
              <th>Subject</th>
              <th>Before → after</th>
            </tr>
          </thead>
          <tbody>
            {page?.items.map((entry) => (
              <tr key={entry.id}>
                <td>{dateTime(entry.when)}</td>
                <td>{entry.who}</td>
                <td>{words(entry.what)}</td>
                <td class="wraps">{entry.subject.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/, '$1')}</td>
                <td class="wraps all">
                  <BeforeAfter entry={entry} />
                  {entry.message && <div class="faint">{entry.message}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Panel>
    </>
  )
}

function queryOf(filter: Filter, before: number | undefined): string {
  const query = new URLSearchParams({ limit: `${LIMIT}` })
  if (before !== undefined) query.set('before', `${before}`)
  for (const [name, text] of Object.entries(filter)) {
    if (text.trim() !== '') query.set(name, name === 'since' || name === 'until' ? inUtc(text) : text.trim())
  }
  return query.toString()
}

/** A field of a time leaves out seconds that are 0, and has no zone. */
const inUtc = (text: string): string => `${text.padEnd('2026-01-31T12:00'.length + 3, ':00')}Z`

const LONG = 80

function BeforeAfter({ entry: { before, after } }: { readonly entry: AuditEntry }): JSX.Element | null {
  if (before === undefined && after === undefined) return null
  const [one, other] = [shown(before), shown(after)]
  if (one.length + other.length <= LONG)
    return (
      <span class="mono">
        <span class="faint">{one || 'nothing'}</span> → {other || 'nothing'}
      </span>
    )
  return (
    <details>
      <summary>details</summary>
      {before !== undefined && <pre class="faint">{JSON.stringify(before, null, 2)}</pre>}
      {after !== undefined && <pre>{JSON.stringify(after, null, 2)}</pre>}
    </details>
  )
}

function shown(value: unknown): string {
  if (value === undefined) return ''
  const text = written(value)
  return /^sha256:[0-9a-f]{64}$/.test(text) ? shortHash(text) : text
}
