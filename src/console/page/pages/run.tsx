/** Makes an instance: which strategy, at which provider, in which markets, with which configuration. */
import type { JSX } from 'preact'
import type { Module, ModulePage } from '../../../schema/modules'
import { DEFAULT_RESTART, type RestartPolicy } from '../../../schema/restart-terms'
import { call } from '../api/call'
import { written } from '../format'
import type { World } from '../live/world'
import { ask } from '../parts/ask'
import { Check, Choice, Field, useChanges } from '../parts/fields'
import { useLoaded } from '../parts/loaded'
import { RestartChoice } from '../parts/restart-choice'
import { go } from '../route'
import { meant } from './instance-config'

interface Draft {
  id: string
  selector: string
  provider: string
  symbols: string
  autostart: boolean
  restart: RestartPolicy
  /** What was typed, by field. */
  readonly config: Map<string, string>
  defaults: ReadonlyMap<string, unknown>
}

export function askToRun(world: World): void {
  const draft: Draft = {
    id: '',
    selector: '',
    provider: world.providers.value[0]?.name ?? '',
    symbols: 'BTC-USDT',
    autostart: true,
    restart: DEFAULT_RESTART,
    config: new Map(),
    defaults: new Map(),
  }
  ask({
    title: 'Run a strategy',
    says: 'Without dry_run: false its orders are checked and logged alone.',
    changes: [],
    more: <Form world={world} draft={draft} />,
    action: 'Run',
    perform: async () => {
      const { id, selector, provider, autostart, restart, config, defaults } = draft
      const typed = [...config].map(([name, text]) => [name, meant(text, defaults.get(name))])
      const symbols = draft.symbols.split(/[\s,]+/).filter(Boolean)
      await call('POST', '/strategy/instances', {
        id,
        strategy: { identifier: selector, config: Object.fromEntries(typed) },
        scope: { [provider]: { symbols } },
        autostart,
        restart,
      })
      await world.look()
      go('instances', id)
    },
    done: 'It was made.',
  })
}

/** Every name that a strategy may be run by. */
export const selectorsOf = ({ name, tagAliases }: Module): string[] => [
  name,
  ...Object.keys(tagAliases)
    .filter((tag) => tag !== 'latest')
    .map((tag) => `${name}:${tag}`),
]

function Form({ world, draft }: { readonly world: World; readonly draft: Draft }): JSX.Element {
  const change = useChanges()
  const { value } = useLoaded((signal) => call<ModulePage>('GET', '/strategies/modules', undefined, signal), [])
  const modules = value?.modules ?? []
  const selectors = modules.flatMap(selectorsOf)
  draft.selector ||= selectors[0] ?? ''
  const module = modules.find(({ name }) => name === draft.selector.split(':')[0])
  const fields = module?.metadata?.config ?? []
  draft.defaults = new Map([...fields.map((field) => [field.name, field.default] as const), ['dry_run', true]])
  return (
    <div class="fields">
      <Choice
        label="Strategy"
        chosen={draft.selector}
        choices={selectors.map((selector) => [selector, selector])}
        onChoice={(selector) =>
          change(() => {
            draft.selector = selector
            draft.config.clear()
          })
        }
      />
      <Field label="Name of the instance" text={draft.id} required onText={(text) => change(() => (draft.id = text))} />
      <Choice
        label="Provider"
        chosen={draft.provider}
        choices={world.providers.value.map(({ name }) => [name, name])}
        onChoice={(name) => change(() => (draft.provider = name))}
      />
      <Field label="Symbols" text={draft.symbols} required onText={(text) => change(() => (draft.symbols = text))} />
      {[...draft.defaults].map(([name, preset]) => (
        <Field
          key={`${draft.selector} ${name}`}
          label={name}
          isMono
          text={draft.config.get(name) ?? ''}
          placeholder={preset === undefined ? '' : written(preset)}
          onText={(text) => change(() => (text === '' ? draft.config.delete(name) : draft.config.set(name, text)))}
        />
      ))}
      <RestartChoice chosen={draft.restart} onChoice={(restart) => change(() => (draft.restart = restart))} />
      <Check label="Start it at once" isSet={draft.autostart} onSet={(is) => change(() => (draft.autostart = is))} />
    </div>
  )
}
