/** Asks for a backtest: which revision, over which files, with which money and fees, with which configuration. */
import type { JSX } from 'preact'
import type { Backtest, ReplayFile } from '../../../schema/backtests'
import type { Module, ModulePage } from '../../../schema/modules'
import { call } from '../api/call'
import { amount, written } from '../format'
import { ask, Refusal } from '../parts/ask'
import { Choice, Field, useChanges } from '../parts/fields'
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
  const { timeframe, warmup, ...texts } = Object.fromEntries(given(options)) as Partial<Record<OptionName, string>>
  const typed = given(config).map(([name, text]) => [name, meant(text, defaults.get(name))])
  return {
    selector,
    data,
    config: Object.fromEntries(typed),
    ...texts,
    ...(timeframe && { timeframe: timeframe.split(/[\s,]+/).filter(Boolean) }),
    ...(warmup && { warmup: meant(warmup, 0) }),
  }
}

/** What was typed and not emptied again. */
const given = <K,>(texts: ReadonlyMap<K, string>): [K, string][] =>
  [...texts].map(([name, text]): [K, string] => [name, text.trim()]).filter(([, text]) => text !== '')

interface FormProps {
  readonly draft: Draft
  readonly preset: string
}

function Form({ draft, preset }: FormProps): JSX.Element {
  const change = useChanges()
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
  return (
    <div class="fields">
      <Choice
        label="Strategy"
        chosen={draft.selector}
        choices={selectors.map((selector) => [selector, shortened(selector)])}
        onChoice={(selector) =>
          change(() => {
            draft.selector = selector
            draft.config.clear()
          })
        }
      />
      {[catalogue.refusal, data.refusal].map(
        (refusal) => refusal && <Refusal key={refusal.message} refusal={refusal} />,
      )}
      <Files draft={draft} files={files} directory={data.value?.directory} />
      <div class="fields pairs">
        {OPTIONS.map(({ name, label, example }) => (
          <Field
            key={name}
            label={label}
            text={draft.options.get(name) ?? ''}
            placeholder={example}
            onText={(text) => change(() => draft.options.set(name, text))}
          />
        ))}
      </div>
      <div class="fields pairs">
        {[...draft.defaults].map(([name, value]) => (
          <Field
            key={`${draft.selector} ${name}`}
            label={name}
            text={draft.config.get(name) ?? ''}
            placeholder={value === undefined ? '' : written(value)}
            isMono
            onText={(text) => change(() => draft.config.set(name, text))}
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
