/** Asks before anything is changed: what it is, what becomes of it, and why. What is refused is said where it was asked. */
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Refused } from '../api/call'
import { Store, useStore } from '../store'

export interface Change {
  readonly label: string
  readonly before?: string
  readonly after?: string
}

export interface Question {
  readonly title: string
  /** What it means. */
  readonly says?: string
  readonly changes: readonly Change[]
  /** More to choose. */
  readonly more?: ComponentChildren
  /** What the button does, as `Stop`. */
  readonly action: string
  readonly isGrave?: boolean
  /** It has many fields. */
  readonly isWide?: boolean
  /** Has to be typed before it can be done. */
  readonly word?: string
  readonly asksReason?: boolean
  /** Does it. @param reason '' where none was given. */
  readonly perform: (reason: string) => Promise<unknown>
  /** What is told when it is done. */
  readonly done: string
}

const asked = new Store<Question | undefined>(undefined)
/** What was done last, for ears as well. */
export const told = new Store('')

export function ask(question: Question): void {
  asked.value = question
}

export function Asking(): JSX.Element | null {
  const question = useStore(asked)
  return question ? <Dialog key={question.title} question={question} /> : null
}

function Dialog({ question }: { readonly question: Question }): JSX.Element {
  const { title, says, changes, more, action, isGrave, isWide, word, asksReason, perform, done } = question
  const dialog = useRef<HTMLDialogElement>(null)
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const [refusal, setRefusal] = useState<Refused>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const close = () => {
    asked.value = undefined
  }
  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setRefusal(undefined)
    try {
      await perform(reason)
      close()
      told.value = done
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setRefusal(error)
      setBusy(false)
    }
  }
  return (
    <dialog ref={dialog} class={isWide ? 'big' : ''} aria-labelledby="asked" onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="asked">{title}</h2>
        {says && <p class="soft">{says}</p>}
        <Changes changes={changes} />
        {more}
        {asksReason && (
          <label class="field">
            Reason, for the audit
            <input value={reason} maxLength={400} onInput={({ currentTarget }) => setReason(currentTarget.value)} />
          </label>
        )}
        {word && (
          <label class="field">
            <span>
              Type <b class="mono">{word}</b> to go on
            </span>
            <input
              value={typed}
              autocomplete="off"
              spellcheck={false}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          </label>
        )}
        {refusal && <Refusal refusal={refusal} />}
        <div class="choices">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="submit"
            class={isGrave ? 'kill' : 'chief'}
            disabled={isBusy || (word !== undefined && typed !== word)}
          >
            {isBusy ? 'Asking the gateway…' : action}
          </button>
        </div>
      </form>
    </dialog>
  )
}

/** Before → after. */
export function Changes({ changes }: { readonly changes: readonly Change[] }): JSX.Element | null {
  if (changes.length === 0) return null
  return (
    <dl class="changes">
      {changes.map(({ label, before, after }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {before !== undefined && <span class="before">{before}</span>}
            {before !== undefined && after !== undefined && (
              <>
                <span class="unseen"> becomes </span>
                <span class="faint" aria-hidden="true">
                  {' → '}
                </span>
              </>
            )}
            {after !== undefined && <b>{after}</b>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function Refusal({ refusal }: { readonly refusal: Refused }): JSX.Element {
  const { hint, problems } = refusal.body
  return (
    <div class="notice loss" role="alert">
      {refusal.message}
      {problems?.map(({ path, message }) => (
        <div key={`${path} ${message}`}>
          <span class="mono">{path}</span> {message}
        </div>
      ))}
      {hint && <div class="soft">{hint}</div>}
    </div>
  )
}
