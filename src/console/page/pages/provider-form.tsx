/** Creates a provider, or makes it another: with the settings that its adapter asks for. */
import type { JSX } from 'preact'
import type { AdapterView, ProviderView } from '../../../schema/providers'
import { call, part } from '../api/call'
import { count, written } from '../format'
import type { World } from '../live/world'
import { ask, Refusal } from '../parts/ask'
import { Nothing } from '../parts/bits'
import { Check, Choice, Field, useChanges } from '../parts/fields'
import { useLoaded } from '../parts/loaded'
import { meant } from './instance-config'

type Setting = AdapterView['settingsSchema'][number]

interface Draft {
  name: string
  adapter: string
  enabled: boolean
  /** What was typed, by setting. */
  readonly texts: Map<string, string>
  settings: readonly Setting[]
}

/** Settings of the paper exchange, which every adapter has. */
const PAPER: Setting = {
  name: 'paper',
  type: 'json',
  description: 'settings of the paper exchange, as {"cash": {"USDT": "10000"}, "feeBps": 5}',
  required: false,
}

export function askToCreate(world: World): void {
  const draft: Draft = { name: '', adapter: '', enabled: true, texts: new Map(), settings: [] }
  ask({
    title: 'Create a provider',
    changes: [],
    isWide: true,
    more: <Form draft={draft} />,
    action: 'Create',
    perform: async () => {
      const { name, enabled } = draft
      await call('POST', '/providers', { name: name.trim(), adapter: adapterOf(draft), enabled })
      await world.look()
    },
    done: 'The provider was created.',
  })
}

export function askToReplace(world: World, provider: ProviderView): void {
  const { name, adapter, settings, running, dependentInstances } = provider
  const texts = new Map(Object.entries(settings).map(([key, value]) => [key, textOf(value)]))
  const draft: Draft = { name, adapter, enabled: running, texts, settings: [] }
  const users = count(dependentInstances.length, 'instance')
  ask({
    title: `Change ${name}`,
    says: running
      ? `It restarts, and so do those that run on it (${users}). Secrets are never shown: what is left empty has none.`
      : `It takes effect with its next start (${users}). Secrets are never shown: what is left empty has none.`,
    changes: [],
    isWide: true,
    more: <Form draft={draft} before={provider} />,
    action: 'Apply',
    isGrave: running,
    perform: async () => {
      await call('PUT', `/providers/${part(name)}`, { adapter: adapterOf(draft) })
      await world.look()
    },
    done: `${name} has other settings.`,
  })
}

interface FormProps {
  readonly draft: Draft
  /** Absent for a new one. */
  readonly before?: ProviderView
}

function Form({ draft, before }: FormProps): JSX.Element {
  const change = useChanges()
  const { value, refusal } = useLoaded(
    (signal) => call<{ adapters: AdapterView[] }>('GET', '/adapters', undefined, signal),
    [],
  )
  if (refusal) return <Refusal refusal={refusal} />
  if (!value) return <Nothing>Reading…</Nothing>
  draft.adapter ||= value.adapters[0]?.identifier ?? ''
  const adapter = value.adapters.find(({ identifier }) => identifier === draft.adapter)
  draft.settings = [...(adapter?.settingsSchema ?? []), PAPER]
  return (
    <>
      <div class="fields pairs">
        {!before && (
          <Field label="Name" text={draft.name} required onText={(text) => change(() => (draft.name = text))} />
        )}
        <Choice
          label="Adapter"
          chosen={draft.adapter}
          before={before?.adapter}
          choices={value.adapters.map(({ identifier, displayName }) => [identifier, displayName])}
          hint={adapter?.description}
          onChoice={(identifier) => change(() => (draft.adapter = identifier))}
        />
      </div>
      <div class="fields pairs" key={draft.adapter}>
        {draft.settings.map((setting) => (
          <SettingField
            key={setting.name}
            setting={setting}
            before={before && !setting.secret ? textOf(before.settings[setting.name]) : undefined}
            text={draft.texts.get(setting.name) ?? ''}
            onText={(text) => change(() => draft.texts.set(setting.name, text))}
          />
        ))}
      </div>
      {!before && (
        <Check label="Start it at once" isSet={draft.enabled} onSet={(is) => change(() => (draft.enabled = is))} />
      )}
    </>
  )
}

interface SettingProps {
  readonly setting: Setting
  readonly before: string | undefined
  readonly text: string
  readonly onText: (text: string) => void
}

function SettingField({ setting, before, text, onText }: SettingProps): JSX.Element {
  const { name, type, description, required, secret } = setting
  const preset = setting.default === undefined ? '' : textOf(setting.default)
  const shared = { label: name, before, hint: description, isMono: true }
  if (type === 'bool') {
    const choices = ['', 'true', 'false'].map((value) => [value, value || `as it is: ${preset || 'false'}`] as const)
    return <Choice {...shared} chosen={text} choices={choices} onChoice={onText} />
  }
  return (
    <Field
      {...shared}
      text={text}
      required={required}
      placeholder={preset}
      onText={onText}
      {...(secret && { is: 'secret' as const })}
    />
  )
}

/** Lists without brackets; anything else as it is answered. */
const textOf = (value: unknown): string =>
  value === undefined
    ? ''
    : Array.isArray(value) && value.every((one) => typeof one === 'string')
      ? value.join(', ')
      : written(value)

function adapterOf({ adapter, settings, texts }: Draft): unknown {
  const typed = settings.flatMap(({ name, type }) => {
    const text = texts.get(name)?.trim() ?? ''
    return text === '' ? [] : [[name, read(type, text)]]
  })
  return { identifier: adapter, config: Object.fromEntries(typed) }
}

/** What cannot be read goes as it was typed: the gateway says what is wrong with it. */
function read(type: string, text: string): unknown {
  if (type === 'list') return text.split(/[\s,]+/).filter(Boolean)
  return type === 'string' ? text : meant(text, undefined)
}
