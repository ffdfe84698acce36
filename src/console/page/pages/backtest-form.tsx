/** Asks for a backtest: which revision, over which files, with which money and fees, with which configuration. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Backtest, ReplayFile } from '../../../schema/backtests'
import type { Module, ModulePage } from '../../../schema/modules'
import { call } from '../api/call'
import { amount, written } from '../format'
import { ask, Refusal } from '../parts/ask'
import { useLoaded } from '../parts/loaded'
import { go } from '../route'
import { meant } from './instance-config'
import { selectorsOf } from './run'

/** Options as they are typed; what is left empty has its default. */
const OPTIONS = [
  { name: 'symbol', label: 'Symbol', example: 'as the data have it' },
  { name: 'from', label: 'From', example: 'the beginning, or 2022-01-31' },
  { name: 'to', label: 'To', example: 'the end, or 2022-02-28T12:00:00Z' },
  { name: 'timeframe', label: 'Candles', example: 'as the data have them, or 5m, 1h' },
  { name: 'warmup', label: 'Candles before the first order', example: '0' },
  { name: 'cash', label: 'Opening equity', example: '10000' },
  { name: 'feeBps', label: 'Fee, basis points', example: '10' },
  { name: 'slippageBps', label: 'Slippage, basis points', example: '0' },
] as const

type OptionName = (typeof OPTIONS)[number]['name']

interface Draft {
  selector: string
  data: readonly string[]
  readonly options: Map<OptionName, string>
  /** What was typed, by field. */
  readonly config: Map<string, string>
  defaults: ReadonlyMap<string, unknown>
}

/** @param selector what is chosen to begin with. */
export function askToBacktest(selector = ''): void {
  const draft: Draft = { selector, data: [], options: new Map(), config: new Map(), defaults: new Map() }
  ask({
    title: 'Run a backtest',
    says: 'It runs beside the instances and yields to them. Its orders go nowhere.',
    changes: [],
    more: <Form draft={draft} preset={selector} />,
    action: 'Run',
    perform: async () => {
      const { id } = await call<Backtest>('POST', '/backtests', bodyOf(draft))
      go('backtests', id)
    },
    done: 'The backtest was asked for.',
  })
}

function bodyOf({ selector, data, options, config, defaults }: Draft) {
  const { timeframe, warmup, ...texts } = Object.fromEntries(options) as Partial<Record<OptionName, string>>
  const typed = [...config].map(([name, text]) => [name, meant(text, defaults.get(name))])
  return {
    selector,
    data,
    config: Object.fromEntries(typed),
    ...texts,
    ...(timeframe && { timeframe: timeframe.split(/[\s,]+/).filter(Boolean) }),
    ...(warmup && { warmup: meant(warmup, 0) }),
  }
}

interface FormProps {
  readonly draft: Draft
  readonly preset: string
}

function Form({ draft, preset }: FormProps): JSX.Element {
  const [, redraw] = useState(0)
  const catalogue = useLoaded((signal) => call<ModulePage>('GET', '/strategies/modules', undefined, signal), [])
  const data = useLoaded(
    (signal) =>
      call<{ items: ReplayFile[]; directory: string }>('GET', '/backtests/data?limit=1000', undefined, signal),
    [],
  )
  const modules = catalogue.value?.modules ?? []
  const selectors = [...(preset ? [preset] : []), ...modules.flatMap(selectorsOf)]
  draft.selector ||= selectors[0] ?? ''
  draft.defaults = defaultsOf(modules, draft.selector)
  const files = data.value?.items
  const [only] = files?.length === 1 ? files : []
  if (only && draft.data.length === 0) draft.data = [only.file]
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
            <option key={selector} value={selector} selected={selector === draft.selector}>
              {shortened(selector)}
            </option>
          ))}
        </select>
      </label>
      {[catalogue.refusal, data.refusal].map(
        (refusal) => refusal && <Refusal key={refusal.message} refusal={refusal} />,
      )}
      <Files draft={draft} files={files} directory={data.value?.directory} />
      <div class="options">
        {OPTIONS.map(({ name, label, example }) => (
          <Text key={name} label={label} example={example} onText={(text) => set(draft.options, name, text)} />
        ))}
      </div>
      <div class="options">
        {[...draft.defaults].map(([name, value]) => (
          <Text
            key={`${draft.selector} ${name}`}
            label={name}
            example={value === undefined ? '' : written(value)}
            isMono
            onText={(text) => set(draft.config, name, text)}
          />
        ))}
      </div>
    </div>
  )
}

/** Orders are sent unless they are asked not to be. */
function defaultsOf(modules: readonly Module[], selector: string): Map<string, unknown> {
  const module = modules.find(({ name }) => name === selector.split(/[:@]/)[0])
  const fields = (module?.metadata?.config ?? []).map((field) => [field.name, field.default] as const)
  return new Map([...fields, ['dry_run', false]])
}

function set<K>(texts: Map<K, string>, name: K, text: string): void {
  if (text.trim() === '') texts.delete(name)
  else texts.set(name, text.trim())
}

const shortened = (selector: string): string => selector.replace(/(@sha256:.{12}).*/, '$1')

interface FilesProps {
  readonly draft: Draft
  /** Undefined while they are read. */
  readonly files: readonly ReplayFile[] | undefined
  readonly directory: string | undefined
}

const ROWS = { least: 3, most: 6 }

function Files({ draft, files, directory }: FilesProps): JSX.Element {
  if (files?.length === 0)
    return (
      <div class="notice">
        There are no data yet: put files of market data into <span class="mono">{directory}</span> on the machine of the
        gateway.
      </div>
    )
  return (
    <label class="field">
      Data, one file or several
      <select
        multiple
        required
        size={Math.min(ROWS.most, Math.max(ROWS.least, files?.length ?? 0))}
        onChange={({ currentTarget }) => {
          draft.data = [...currentTarget.selectedOptions].map(({ value }) => value)
        }}
      >
        {files?.map(({ file, bytes }) => (
          <option key={file} value={file} selected={draft.data.includes(file)}>
            {file} · {amount(bytes / (1 << 20), 1)} MiB
          </option>
        ))}
      </select>
    </label>
  )
}

interface TextProps {
  readonly label: string
  readonly example: string
  readonly isMono?: boolean
  readonly onText: (text: string) => void
}

function Text({ label, example, isMono = false, onText }: TextProps): JSX.Element {
  return (
    <label class="field">
      <span class={isMono ? 'mono' : ''}>{label}</span>
      <input
        class={isMono ? 'mono' : ''}
        placeholder={example}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
    </label>
  )
}
