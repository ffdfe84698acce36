/** Sets risk limits: of all, of a provider or of an instance; nothing is set before every change was shown. */
import type { JSX } from 'preact'
import type { RiskView } from '../../../schema/risk'
import { call, Refused, withTag } from '../api/call'
import { written } from '../format'
import type { World } from '../live/world'
import { ask, type Change, Changes } from '../parts/ask'
import { Choice, Field, useChanges } from '../parts/fields'
import { limitTerms } from '../terms' with { type: 'macro' }
import type { LimitTerm } from '../terms'

const TERMS: readonly LimitTerm[] = limitTerms()
const TOTALS = 'maxTotal'

type Limits = RiskView['limits']
type Scope = 'all' | 'providers' | 'instances'

interface Draft {
  scope: Scope
  /** The provider or instance. */
  subject: string
  /** What was typed, by whose and which. */
  readonly texts: Map<string, Map<string, string>>
}

export function askToLimit(world: World, limits: Limits): void {
  const draft: Draft = { scope: 'all', subject: '', texts: new Map() }
  ask({
    title: 'Set risk limits',
    says: 'They bind from the next order on, also after a restart. What is left empty does not bind; 0 lifts a limit that is set above.',
    changes: [],
    isWide: true,
    more: <Form world={world} limits={limits} draft={draft} />,
    action: 'Set limits',
    isGrave: true,
    perform: async () => {
      if (changesOf(limits, draft).length === 0) throw new Refused(0, { message: 'Nothing has been changed.' })
      const { value, etag } = await withTag<RiskView>('/risk/limits')
      if (JSON.stringify(value.limits) !== JSON.stringify(limits)) {
        const hint = 'Close this, look at what is set now, and change that.'
        throw new Refused(0, { message: 'Somebody else has set limits meanwhile.', hint })
      }
      await call('PUT', '/risk/limits', changed(limits, draft), undefined, etag)
      await world.look()
    },
    done: 'The limits are set.',
  })
}

const whoseOf = ({ scope, subject }: Draft): string => (scope === 'all' ? '' : `${scope} ${subject.trim()}`)

function Form({
  world,
  limits,
  draft,
}: {
  readonly world: World
  readonly limits: Limits
  readonly draft: Draft
}): JSX.Element {
  const change = useChanges()
  const { scope, subject } = draft
  const whose = whoseOf(draft)
  const names =
    scope === 'providers' ? world.providers.value.map(({ name }) => name) : [...world.instances.value.keys()]
  const terms = TERMS.filter(({ name }) => scope !== 'instances' || !name.startsWith(TOTALS))
  return (
    <>
      <div class="fields pairs">
        <Choice
          label="Limits of"
          chosen={scope}
          choices={[
            ['all', 'all instances'],
            ['providers', 'a provider'],
            ['instances', 'an instance'],
          ]}
          onChoice={(value) => change(() => Object.assign(draft, { scope: value, subject: '' }))}
        />
        {scope !== 'all' && (
          <Field
            label={scope === 'providers' ? 'Provider' : 'Instance'}
            text={subject}
            required
            offers={names}
            onText={(text) => change(() => (draft.subject = text))}
          />
        )}
      </div>
      {(scope === 'all' || subject.trim() !== '') && (
        <div class="fields pairs" key={whose}>
          {terms.map((term) => (
            <Limit
              key={term.name}
              term={term}
              before={textOf(limitsOf(limits, whose), term)}
              text={draft.texts.get(whose)?.get(term.name)}
              onText={(text) => change(() => type(draft, whose, term.name, text))}
            />
          ))}
        </div>
      )}
      <Changes changes={changesOf(limits, draft)} />
    </>
  )
}

interface LimitProps {
  readonly term: LimitTerm
  readonly before: string
  readonly text: string | undefined
  readonly onText: (text: string) => void
}

function Limit({ term: { name, description, kind, words }, before, text = before, onText }: LimitProps): JSX.Element {
  const choices = kind === 'boolean' ? ['true', 'false'] : words
  const hint = kind === 'amounts' ? `${description}. As BTC-USDT=20, ETH-USDT=300` : description
  const shared = { label: name, before, hint, isMono: true }
  if (choices.length === 0) return <Field {...shared} text={text} onText={onText} />
  const offered = ['', ...choices].map((choice) => [choice, choice || 'not set'] as const)
  return <Choice {...shared} chosen={text} choices={offered} onChoice={onText} />
}

function type({ texts }: Draft, whose: string, name: string, text: string): void {
  const typed = texts.get(whose) ?? new Map<string, string>()
  typed.set(name, text)
  texts.set(whose, typed)
}

function changesOf(limits: Limits, { texts }: Draft): Change[] {
  return [...texts].flatMap(([whose, typed]) =>
    TERMS.flatMap((term) => {
      const before = textOf(limitsOf(limits, whose), term)
      const after = typed.get(term.name)?.trim() ?? before
      const label = [term.name, whose.split(' ')[1]].filter(Boolean).join(' of ')
      return before === after ? [] : [{ label, before: before || 'not set', after: after || 'not set' }]
    }),
  )
}

/** What is to be set, as the API takes it. */
function changed(limits: Limits, draft: Draft): unknown {
  const set = structuredClone(limits) as Record<string, unknown>
  for (const [whose, typed] of draft.texts) {
    const [scope, subject] = whose.split(' ')
    const place = scope && subject ? within(within(set, scope), subject) : set
    for (const term of TERMS) {
      const text = typed.get(term.name)?.trim()
      if (text === undefined) continue
      const [name = '', key] = term.name.split('.')
      if (key === undefined) place[name] = meaning(term, text)
      else within(place, name)[key] = meaning(term, text)
    }
    const breaker = place.circuitBreaker
    if (breaker && Object.values(breaker).every((value) => value === null)) place.circuitBreaker = null
  }
  return set
}

/** The object under a name, which is made where there is none. */
function within(place: Record<string, unknown>, name: string): Record<string, unknown> {
  place[name] ??= {}
  return place[name] as Record<string, unknown>
}

function limitsOf(limits: Limits, whose: string): Record<string, unknown> {
  const [scope, subject = ''] = whose.split(' ')
  if (scope === 'providers' || scope === 'instances') return limits[scope][subject] ?? {}
  return limits
}

function textOf(limits: Record<string, unknown>, { name }: LimitTerm): string {
  const value = name
    .split('.')
    .reduce<unknown>((of, key) => (of as Record<string, unknown> | null | undefined)?.[key], limits)
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value !== 'object') return written(value)
  return Object.entries(value)
    .map(([key, amount]) => `${key}=${amount}`)
    .join(', ')
}

/** What cannot be read goes as it was typed: the gateway says what is wrong with it. */
function meaning({ kind }: LimitTerm, text: string): unknown {
  if (text === '') return null
  if (kind === 'number') return Number.isFinite(Number(text)) ? Number(text) : text
  if (kind === 'boolean') return text === 'true'
  if (kind === 'text') return text
  const parts = text.split(/[\s,]+/).filter(Boolean)
  return kind === 'list' ? parts : Object.fromEntries(parts.map(pairOf))
}

function pairOf(part: string): [key: string, amount: string] {
  const [key = '', amount = ''] = part.split('=', 2)
  return [key, amount]
}
