/** The configuration in effect, to be shown: every value with who says it, and nothing that is secret. */
import { Document, isCollection, Scalar } from 'yaml'
import type { Choice } from '../../config/choices'
import type { Settings } from '../../config/settings'
import { adaptersOf } from '../../market/adapters'
import type { Adapter } from '../../market/provider'
import { withoutSecrets } from '../../runtime/providers/managed-provider'
import type { ProviderBody } from '../../schema/providers'

/** Stands for what is not shown. */
const HIDDEN = '(hidden)'
/** What whoever names it so means to keep to himself. */
const SECRET = /secret|passw|passphrase|token|credential|authorization|api_?key|private_?key/i
/** The arguments of a mailer may hold a password. */
const OF_ALERTS = new RegExp(`${SECRET.source}|^run$`, 'i')
/** These name files. */
const FILES = new Set(['tokens', 'tls.key', 'tls.certificate'])

interface InEffect {
  /** The file, as it was named. */
  readonly file: string | null
  readonly settings: readonly Choice[]
}

/** As JSON. */
export function inEffect(settings: Settings): InEffect {
  const adapters = adaptersOf(settings)
  return {
    file: settings.file ?? null,
    settings: settings.choices.map((choice) => ({ ...choice, value: shown(choice, settings, adapters) })),
  }
}

/** As YAML that is a configuration again, but for what is hidden. */
export function yamlOf(settings: Settings): string {
  const { file, settings: choices } = inEffect(settings)
  const document = new Document({})
  document.commentBefore = ` in effect; ${file === null ? 'there is no file' : `the file is ${file}`}`
  for (const { name, value, from } of choices) {
    const node = document.createNode(value)
    const path = name.split('.')
    const key = new Scalar(path.at(-1))
    if (isCollection(node)) key.commentBefore = ` ${from}`
    else node.comment = ` ${from}`
    const parent = path.slice(0, -1)
    if (parent.length > 0 && !document.hasIn(parent)) document.setIn(parent, document.createNode({}))
    document.addIn(parent, document.createPair(key, node))
  }
  return document.toString({ lineWidth: 0 })
}

function shown({ name, value }: Choice, { providers }: Settings, adapters: readonly Adapter[]): unknown {
  if (name === 'providers') return providers.map((provider) => hidden(openly(provider, adapters)))
  if (name === 'alerts') return hidden(value, name, OF_ALERTS)
  return FILES.has(name) ? value : hidden(value, name)
}

/** What an adapter does not declare may be a secret of another one. */
function openly({ adapter, ...provider }: ProviderBody, adapters: readonly Adapter[]): ProviderBody {
  const { identifier, config } = adapter
  if (config === undefined) return { ...provider, adapter }
  const open = withoutSecrets({ adapter: identifier, config }, adapters).config
  const shownConfig = Object.keys(config).map((key) => [key, Object.hasOwn(open, key) ? open[key] : HIDDEN])
  return { ...provider, adapter: { identifier, config: Object.fromEntries(shownConfig) } }
}

/** @param name of what holds it. @param secret which names hold what is secret. */
function hidden(value: unknown, name = '', secret = SECRET): unknown {
  if (Array.isArray(value)) return value.map((item) => hidden(item, name, secret))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hidden(inner, key, secret)]))
  }
  if (typeof value !== 'string') return value
  return secret.test(name) ? HIDDEN : withoutPath(value)
}

/** Who knows the address of a hook may use it. */
function withoutPath(text: string): string {
  const url = /^https?:/i.test(text) ? URL.parse(text) : null
  const isOpen = !url || (url.pathname === '/' && url.search === '' && url.username === '' && url.password === '')
  return isOpen ? text : `${url.origin}/${HIDDEN}`
}
