/** Small things that every page has: the state as a dot and a word, a hash as a chip, figures, panels. */
import type { ComponentChildren, JSX } from 'preact'
import { amount, exact, shortHash, toneOf } from '../format'

export function State({ state, word = state }: { readonly state: string; readonly word?: string }): JSX.Element {
  return <span class={`state ${state}`}>{word}</span>
}

interface HashProps {
  readonly hash: string
  readonly is?: 'plain' | 'chosen'
  readonly digits?: number
}

export function Hash({ hash, is = 'plain', digits = 12 }: HashProps): JSX.Element {
  return (
    <span class={is === 'plain' ? 'chip plain' : 'chip'} title={hash}>
      {shortHash(hash, digits)}
    </span>
  )
}

/** Money that was won or lost. The title has all its digits. */
export function Gain({ value, digits = 2 }: { readonly value: string; readonly digits?: number }): JSX.Element {
  return (
    <span class={toneOf(value, digits)} title={exact(value)}>
      {amount(value, digits, true)}
    </span>
  )
}

export interface Figure {
  readonly label: string
  readonly value: ComponentChildren
  readonly beside?: ComponentChildren
  readonly tone?: string
}

export function Figures({ figures }: { readonly figures: readonly Figure[] }): JSX.Element {
  return (
    <dl class="figures">
      {figures.map(({ label, value, beside, tone = '' }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <b class={tone}>{value}</b>
            <span class="beside">{beside ?? '\u00a0'}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

interface PanelProps {
  readonly title: string
  readonly id?: string
  /** Beside the title, and at the right. */
  readonly beside?: ComponentChildren
  readonly right?: ComponentChildren
  readonly children: ComponentChildren
}

export function Panel({ title, id = idOf(title), beside, right, children }: PanelProps): JSX.Element {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {beside}
        {right && <div class="right">{right}</div>}
      </header>
      {children}
    </section>
  )
}

const idOf = (title: string): string => title.toLowerCase().replaceAll(/[^a-z]+/g, '-')

export function Nothing({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="nothing">{children}</p>
}

export type Fact = readonly [name: ComponentChildren, value: ComponentChildren]

/** Names and what they are, in columns. @param mono those that are written as the API writes them. */
export function Facts({ facts, mono = [] }: { readonly facts: readonly Fact[]; readonly mono?: readonly Fact[] }) {
  const entries = (some: readonly Fact[], name: string) =>
    some.map(([title, value], index) => (
      <div key={typeof title === 'string' ? title : index} class={isLong(value) ? 'long' : ''}>
        <dt class={name}>{title}</dt>
        <dd class={name}>{value}</dd>
      </div>
    ))
  return (
    <dl class="facts">
      {entries(facts, '')}
      {entries(mono, 'mono')}
    </dl>
  )
}

/** What has no room in a column has a line of its own. */
const isLong = (value: ComponentChildren): boolean => typeof value === 'string' && value.length > 40

interface TableProps {
  readonly label: string
  readonly class?: string
  /** It is no higher than so, and scrolls. */
  readonly isList?: boolean
  readonly children: ComponentChildren
}

/** A short table; one that is too wide scrolls within itself, by the keyboard too. */
export function Table({ label, class: name, isList, children }: TableProps): JSX.Element {
  return (
    <div class={isList ? 'scroll list' : 'scroll'} tabIndex={0}>
      <table class={name} aria-label={label}>
        {children}
      </table>
    </div>
  )
}
