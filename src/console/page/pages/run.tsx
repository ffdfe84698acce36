/** Makes an instance: which strategy, at which provider, in which markets, with which configuration. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Module, ModulePage } from '../../../schema/modules'
import { call } from '../api/call'
import { written } from '../format'
import type { World } from '../live/world'
import { ask } from '../parts/ask'
import { useLoaded } from '../parts/loaded'
import { go } from '../route'
import { meant } from './instance-config'

interface Draft {
  id: string
  selector: string
  provider: string
  symbols: string
  autostart: boolean
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
      const { id, selector, provider, autostart, config, defaults } = draft
      const typed = [...config].map(([name, text]) => [name, meant(text, defaults.get(name))])
      const symbols = draft.symbols.split(/[\s,]+/).filter(Boolean)
      await call('POST', '/strategy/instances', {
        id,
        strategy: { identifier: selector, config: Object.fromEntries(typed) },
        scope: { [provider]: { symbols } },
        autostart,
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
  const [, redraw] = useState(0)
  const { value } = useLoaded((signal) => call<ModulePage>('GET', '/strategies/modules', undefined, signal), [])
  const modules = value?.modules ?? []
  const selectors = modules.flatMap(selectorsOf)
  draft.selector ||= selectors[0] ?? ''
  const module = modules.find(({ name }) => name === draft.selector.split(':')[0])
  const fields = module?.metadata?.config ?? []
  draft.defaults = new Map([...fields.map((field) => [field.name, field.default] as const), ['dry_run', true]])
  const change = (act: () => void) => {
    act()
    redraw((times) => times + 1)
  }
  return (
    <div class="fields">
      <label class="field">
        Strategy
        <select
          onChange={({ currentTarget }) =>
            change(() => {
              draft.selector = selectors[currentTarget.selectedIndex] ?? ''
              draft.config.clear()
            })
          }
        >
          {selectors.map((selector) => (
            <option key={selector} selected={selector === draft.selector}>
              {selector}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Name of the instance
        <input
          required
          value={draft.id}
          onInput={({ currentTarget }) => change(() => (draft.id = currentTarget.value))}
        />
      </label>
      <label class="field">
        Provider
        <select onChange={({ currentTarget }) => change(() => (draft.provider = currentTarget.value))}>
          {world.providers.value.map(({ name }) => (
            <option key={name} selected={name === draft.provider}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Symbols
        <input
          required
          value={draft.symbols}
          onInput={({ currentTarget }) => change(() => (draft.symbols = currentTarget.value))}
        />
      </label>
      {[...draft.defaults].map(([name, preset]) => (
        <label class="field" key={`${draft.selector} ${name}`}>
          <span class="mono">{name}</span>
          <input
            class="mono"
            placeholder={preset === undefined ? '' : written(preset)}
            onInput={({ currentTarget: { value: text } }) =>
              text === '' ? draft.config.delete(name) : draft.config.set(name, text)
            }
          />
        </label>
      ))}
      <label class="check">
        <input
          type="checkbox"
          checked={draft.autostart}
          onChange={({ currentTarget }) => change(() => (draft.autostart = currentTarget.checked))}
        />{' '}
        Start it at once
      </label>
    </div>
  )
}
