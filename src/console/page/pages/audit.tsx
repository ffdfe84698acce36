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
import { useLoaded } from '../parts/loaded'
import { useStore } from '../store'

interface Page {
  readonly items: readonly AuditEntry[]
  readonly total: number
  readonly next?: number
}

const LIMIT = 100

export function AuditPage({ world }: { readonly world: World }): JSX.Element {
  const changes = useStore(world.changes)
  const [subject, setSubject] = useState('')
  /** Where the pages before began. */
  const [befores, setBefores] = useState<readonly (number | undefined)[]>([undefined])
  const before = befores.at(-1)
  const { value: page, refusal } = useLoaded(
    (signal) =>
      call<Page>(
        'GET',
        `/audit?limit=${LIMIT}${before === undefined ? '' : `&before=${before}`}${subject === '' ? '' : `&subject=${encodeURIComponent(subject)}`}`,
        undefined,
        signal,
      ),
    [before, subject, before === undefined ? changes : 0],
  )
  const next = page?.next
  return (
    <>
      <div class="top">
        <h1>Audit</h1>
        <div class="right">
          <input
            data-filter
            type="search"
            aria-label="Only of this selector, instance or provider"
            placeholder="Of selector, instance…  /"
            onChange={({ currentTarget }) => {
              setSubject(currentTarget.value.trim())
              setBefores([undefined])
            }}
          />
        </div>
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
        {page?.items.length === 0 && <Nothing>Nothing has been changed{subject && ' of that'}.</Nothing>}
        <Table label="Changes" class="audit">
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
                <td class="wraps">
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
