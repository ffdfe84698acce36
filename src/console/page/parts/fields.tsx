/** Fields of forms, each with what it was beside what it becomes. */
import type { ComponentChildren, JSX, TargetedInputEvent } from 'preact'
import { useId, useState } from 'preact/hooks'

/** What a form takes is changed in place; whoever shows it draws it again. */
export function useChanges(): (act: () => void) => void {
  const [, redraw] = useState(0)
  return (act) => {
    act()
    redraw((times) => times + 1)
  }
}

interface FieldProps {
  readonly label: string
  readonly text: string
  readonly onText: (text: string) => void
  /** What it is now, where something is. */
  readonly before?: string | undefined
  readonly hint?: ComponentChildren
  readonly placeholder?: string | undefined
  /** Shown as text unless it is another. */
  readonly is?: 'secret' | 'time'
  readonly required?: boolean
  /** The label is as the API writes it. */
  readonly isMono?: boolean
  /** What is often typed. */
  readonly offers?: readonly string[]
}

export function Field({ label, text, onText, before, hint, isMono, offers, is, ...more }: FieldProps): JSX.Element {
  const id = useId()
  const input = {
    ...more,
    id,
    class: isMono ? 'mono' : '',
    value: text,
    autocomplete: 'off',
    spellcheck: false,
    onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => onText(currentTarget.value),
    ...(hint && { 'aria-describedby': `${id}-hint` }),
  } as const
  return (
    <div class="field">
      <label for={id}>
        <span class={isMono ? 'mono' : ''}>{label}</span>
        <Becomes before={before} after={text} />
      </label>
      {is === 'secret' ? (
        <input {...input} type="password" />
      ) : is === 'time' ? (
        <input {...input} type="datetime-local" step={1} />
      ) : offers ? (
        <input {...input} type="text" list={`${id}-offers`} />
      ) : (
        <input {...input} type="text" />
      )}
      {offers && (
        <datalist id={`${id}-offers`}>
          {offers.map((offer) => (
            <option key={offer} value={offer} />
          ))}
        </datalist>
      )}
      <Hint id={id} hint={hint} />
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly chosen: string
  /** By what they stand for. */
  readonly choices: readonly (readonly [value: string, title: string])[]
  readonly onChoice: (value: string) => void
  readonly before?: string | undefined
  readonly hint?: ComponentChildren
  readonly isMono?: boolean
}

export function Choice({ label, chosen, choices, onChoice, before, hint, isMono }: ChoiceProps): JSX.Element {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>
        <span class={isMono ? 'mono' : ''}>{label}</span>
        <Becomes before={before} after={chosen} />
      </label>
      <select
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={({ currentTarget }) => onChoice(currentTarget.value)}
      >
        {choices.map(([value, title]) => (
          <option key={value} value={value} selected={value === chosen}>
            {title}
          </option>
        ))}
      </select>
      <Hint id={id} hint={hint} />
    </div>
  )
}

interface CheckProps {
  readonly label: ComponentChildren
  readonly isSet: boolean
  readonly onSet: (is: boolean) => void
}

export function Check({ label, isSet, onSet }: CheckProps): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={isSet} onChange={({ currentTarget }) => onSet(currentTarget.checked)} />
      <span>{label}</span>
    </label>
  )
}

function Becomes({
  before,
  after,
}: {
  readonly before: string | undefined
  readonly after: string
}): JSX.Element | null {
  if (before === undefined || before === after) return null
  return (
    <span class="warn becomes">
      {' '}
      {before || 'not set'} → {after || 'not set'}
    </span>
  )
}

function Hint({ id, hint }: { readonly id: string; readonly hint: ComponentChildren }): JSX.Element | null {
  if (!hint) return null
  return (
    <span class="hint" id={`${id}-hint`}>
      {hint}
    </span>
  )
}

interface FilterProps {
  /** What is filtered, for ears. */
  readonly label: string
  readonly text: string
  readonly onText: (text: string) => void
}

/** The filter of a page: `/` goes to it. */
export function Filter({ label, text, onText }: FilterProps): JSX.Element {
  return (
    <input
      data-filter
      type="search"
      aria-label={label}
      aria-keyshortcuts="/"
      placeholder="Filter  /"
      value={text}
      onInput={({ currentTarget }) => onText(currentTarget.value)}
    />
  )
}
