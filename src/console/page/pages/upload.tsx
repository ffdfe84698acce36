/** Uploads a strategy from its file. What is wrong with it is shown at its place in the source. */
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Diagnostic } from '../../../schema/metadata'
import type { Uploaded } from '../../../schema/uploads'
import { call, Refused } from '../api/call'
import { amount } from '../format'
import { ask, Refusal } from '../parts/ask'
import { Nothing, Panel } from '../parts/bits'
import { Check, Field, useChanges } from '../parts/fields'
import { go, pathOf } from '../route'

interface Looked {
  readonly file: string
  readonly source: string
  readonly diagnostics: readonly Diagnostic[]
  /** Absent where there are warnings alone: it was taken, as the strategy of this name. */
  readonly refusal?: Refused
  readonly name?: string
}

export function DropZone(): JSX.Element {
  const [isOver, setOver] = useState(false)
  const [looked, setLooked] = useState<Looked>()
  const input = useRef<HTMLInputElement>(null)
  const take = async (file: File | null | undefined) => {
    if (file) askToUpload(file.name, await file.text(), setLooked)
  }
  useEffect(() => onDrop(setOver, (file) => void take(file)), [])
  return (
    <>
      <div class={isOver ? 'drop over' : 'drop'}>
        Drop the file of a strategy on this page, or{' '}
        <button type="button" onClick={() => input.current?.click()}>
          choose it…
        </button>
        <input
          ref={input}
          type="file"
          hidden
          accept=".js,.cjs"
          aria-label="File of a strategy"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? []
            currentTarget.value = ''
            void take(file)
          }}
        />
      </div>
      {looked && <Faults looked={looked} />}
    </>
  )
}

/** Anywhere on the page. @returns ends it. */
function onDrop(over: (is: boolean) => void, take: (file: File | undefined) => void): () => void {
  const end = new AbortController()
  const { signal } = end
  document.addEventListener(
    'dragover',
    (event) => {
      event.preventDefault()
      over(true)
    },
    { signal },
  )
  document.addEventListener('dragleave', () => over(false), { signal })
  document.addEventListener(
    'drop',
    (event) => {
      event.preventDefault()
      over(false)
      take(event.dataTransfer?.files[0])
    },
    { signal },
  )
  return () => end.abort()
}

function askToUpload(file: string, source: string, look: (looked: Looked | undefined) => void): void {
  const options = { promoteLatest: true, tag: '' }
  look(undefined)
  ask({
    title: `Upload ${file}`,
    says: 'The file is checked first. What runs is not touched until a tag moves or the strategies are refreshed.',
    changes: [{ label: 'Revision', before: 'none', after: `${file}, ${amount(source.length / 1024, 1)} KiB` }],
    more: <Options options={options} />,
    action: 'Upload',
    asksReason: true,
    perform: async (message) => {
      const { promoteLatest, tag } = options
      try {
        const { module, warnings } = await call<Uploaded>('POST', '/strategies/modules', {
          source,
          filename: file,
          promoteLatest,
          ...(tag && { tag }),
          ...(message && { message }),
        })
        if (warnings.length > 0) look({ file, source, diagnostics: warnings, name: module.name })
        else go('strategies', module.name)
      } catch (error) {
        if (!(error instanceof Refused && error.body.diagnostics)) throw error
        look({ file, source, diagnostics: error.body.diagnostics, refusal: error })
      }
    },
    done: `${file} was looked at.`,
  })
}

function Options({ options }: { readonly options: { promoteLatest: boolean; tag: string } }): JSX.Element {
  const change = useChanges()
  return (
    <>
      <Field
        label="Tag, in place of the one in the source"
        text={options.tag}
        onText={(text) => change(() => (options.tag = text.trim()))}
      />
      <Check
        label="Move latest to it"
        isSet={options.promoteLatest}
        onSet={(is) => change(() => (options.promoteLatest = is))}
      />
    </>
  )
}

/** Lines around a fault. */
const AROUND = 2

function Faults({ looked }: { readonly looked: Looked }): JSX.Element {
  const { file, source, diagnostics, refusal, name } = looked
  const lines = source.split('\n')
  return (
    <Panel
      title={`${file}: ${refusal ? 'refused' : 'uploaded, with warnings'}`}
      id="faults"
      beside={<span class={`chip ${refusal ? 'loss' : 'warn'}`}>{diagnostics.length}</span>}
    >
      {diagnostics.map((diagnostic) => (
        <Fault key={JSON.stringify(diagnostic)} diagnostic={diagnostic} lines={lines} isError={refusal !== undefined} />
      ))}
      {name && (
        <Nothing>
          It is there: <a href={pathOf('strategies', name)}>{name}</a>
        </Nothing>
      )}
      {refusal && diagnostics.length === 0 && <Refusal refusal={refusal} />}
    </Panel>
  )
}

interface FaultProps {
  readonly diagnostic: Diagnostic
  readonly lines: readonly string[]
  readonly isError: boolean
}

function Fault({ diagnostic, lines, isError }: FaultProps): JSX.Element {
  const { message, hint, line, column, path, file } = diagnostic
  // a place in the author's own file is not one in the source that was sent
  const at = file === undefined ? line : undefined
  const first = Math.max(0, (at ?? 1) - 1 - AROUND)
  const where = [file, line, column].filter((one) => one !== undefined).join(':') || path
  return (
    <article class="fault" aria-label={message}>
      <p>
        <span class={isError ? 'loss' : 'warn'}>{message}</span> <span class="mono faint">{where}</span>
        {hint && <span class="soft block">{hint}</span>}
      </p>
      {at !== undefined && (
        <pre class="source" tabIndex={0}>
          {lines.slice(first, at + AROUND).map((text, index) => {
            const number = first + index + 1
            return (
              <div key={number} class={number === at ? 'bad' : ''}>
                <span class="line">{number}</span>
                {text}
                {number === at && column !== undefined && (
                  <div class="caret" aria-hidden="true">
                    <span class="line" />
                    {' '.repeat(Math.max(0, column - 1))}^
                  </div>
                )}
              </div>
            )
          })}
        </pre>
      )}
    </article>
  )
}
