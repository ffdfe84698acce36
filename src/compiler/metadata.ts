/**
 * What a strategy says of itself, checked: it comes from the strategy's own code, so nothing about
 * it is taken for granted. All that is wrong is told at once.
 */
import type { Loaded } from '../sandbox/sandbox'
import type { ConfigField, Diagnostic, Metadata } from '../schema/metadata'
import { isReserved, isStrategyName, isTag, lowerCaseName } from '../schema/names'
import { isRecord } from '../schema/record'
import { CONFIG_TYPES, EVENT_TYPES, type EventType } from '../schema/strategy-words'
import { misfit, shown } from './values'

const MAX_DISPLAY_NAME = 80
const MAX_TEXT = 4096
const MAX_FIELD_NAME = 128
const MAX_ITEMS = 256
const CONTROL = /(?![\t\n])\p{Cc}/u

const RESERVED_HINT =
  'choose another: Windows keeps con, nul, com1 and the like for devices, and registry.json and node_modules are taken'

/** Appended to the config of whoever has none: a strategy trades for real only when asked to. */
const DRY_RUN: ConfigField = {
  name: 'dry_run',
  type: 'bool',
  description: 'Check and log orders without sending them',
  default: true,
  required: false,
}

/** Where in the metadata, as `metadata.config[0].type`, and what is wrong there. */
export type MetadataProblem = Required<Pick<Diagnostic, 'path' | 'message' | 'hint'>>

/** What a module exports, as it came out of its sandbox. */
export function checkExports({
  exported,
  metadata: declared,
  hasCreate,
}: Loaded): { readonly metadata: Metadata } | { readonly problems: MetadataProblem[] } {
  const check = new MetadataCheck()
  if (exported !== 'object' && exported !== 'function') {
    check.complain('module.exports', `is ${exported}, not an object`, 'write module.exports = { metadata, create }')
    return { problems: check.problems }
  }
  const metadata = check.metadata(declared)
  if (!hasCreate) {
    check.complain('create', 'is not a function', 'export create(env), which returns the handlers')
  }
  return check.problems.length > 0 ? { problems: check.problems } : { metadata }
}

class MetadataCheck {
  readonly problems: MetadataProblem[] = []

  complain(path: string, message: string, hint: string): void {
    this.problems.push({ path, message: `${path} ${message}`, hint })
  }

  metadata(value: unknown): Metadata {
    const empty = { name: '', tag: '', displayName: '', description: '', config: [], events: [] }
    if (!isRecord(value)) {
      const message = value === undefined ? 'is missing' : 'is not an object'
      this.complain('metadata', message, 'export metadata with name, displayName and events')
      return empty
    }
    return {
      name: this.name(value.name),
      tag: this.tag(value.tag),
      displayName: this.displayName(value.displayName),
      description: this.optionalText('metadata.description', value.description) ?? '',
      config: this.config(value.config),
      events: this.events(value.events),
    }
  }

  private name(value: unknown): string {
    const hint = 'use a-z, 0-9, dot, dash and underscore, at most 128, beginning with a letter or digit'
    const name = lowerCaseName(this.text('metadata.name', value, hint))
    if (isReserved(name)) this.complain('metadata.name', `is ${shown(name)}, a name of the system's`, RESERVED_HINT)
    else if (name && !isStrategyName(name)) {
      this.complain('metadata.name', `is ${shown(name)}, not a strategy name`, hint)
    }
    return name
  }

  private tag(value: unknown): string {
    if (value === undefined || value === null || value === '') return ''
    const hint = 'use letters, digits, dot, dash and underscore, as "v1.0.0", or leave it out and give it at the upload'
    const tag = this.text('metadata.tag', value, hint)
    if (tag && !isTag(tag)) this.complain('metadata.tag', `is ${shown(tag)}, not a tag`, hint)
    return tag
  }

  private displayName(value: unknown): string {
    const hint = `give the name that operators see, at most ${MAX_DISPLAY_NAME} characters`
    const name = this.text('metadata.displayName', value, hint)
    const characters = Array.from(name).length
    if (characters > MAX_DISPLAY_NAME) {
      this.complain('metadata.displayName', `has ${characters} characters, more than ${MAX_DISPLAY_NAME}`, hint)
    }
    return name
  }

  private config(value: unknown): ConfigField[] {
    const hint = 'list the fields as { name, type, default }, or leave config out'
    const items = this.list('metadata.config', value ?? [], hint)
    const fields = items.map((item, index) => this.field(`metadata.config[${index}]`, item))
    const names = new Set<string>()
    for (const [index, { name, type }] of fields.entries()) {
      const path = `metadata.config[${index}]`
      if (name && names.has(name))
        this.complain(`${path}.name`, `declares ${shown(name)} once more`, 'give each field its own name')
      if (name === DRY_RUN.name && type !== 'bool') {
        this.complain(
          `${path}.type`,
          'is not bool, as that of dry_run must be',
          'declare dry_run as bool, or leave it out',
        )
      }
      names.add(name)
    }
    return names.has(DRY_RUN.name) ? fields : [...fields, DRY_RUN]
  }

  private field(path: string, value: unknown): ConfigField {
    const nothing: ConfigField = { name: '', type: 'string', required: false }
    if (!isRecord(value)) {
      this.complain(path, `is ${shown(value)}, not a config field`, 'write { name, type, default }')
      return nothing
    }
    const nameHint = `name the field, with at most ${MAX_FIELD_NAME} characters`
    const name = this.text(`${path}.name`, value.name, nameHint)
    if (name.length > MAX_FIELD_NAME) this.complain(`${path}.name`, 'is too long', nameHint)
    const description = this.optionalText(`${path}.description`, value.description)
    const required = value.required ?? false
    if (typeof required !== 'boolean') {
      this.complain(
        `${path}.required`,
        `is ${shown(required)}, not true or false`,
        'write true or false, or leave it out',
      )
    }
    const type = this.type(`${path}.type`, value.type)
    const options = type === 'enum' ? this.options(`${path}.options`, value.options) : undefined
    const field = {
      ...nothing,
      name,
      ...(type === undefined ? {} : { type }),
      ...(description === undefined ? {} : { description }),
      ...(options === undefined ? {} : { options }),
      required: required === true,
    }
    if (value.default === undefined || value.default === null) return field
    const wrong = type !== undefined && (type !== 'enum' || options?.length) ? misfit(field, value.default) : undefined
    if (wrong) this.complain(`${path}.default`, wrong, `give a default of type ${type}, or none`)
    return { ...field, default: value.default }
  }

  private type(path: string, value: unknown): ConfigField['type'] | undefined {
    const trimmed = typeof value === 'string' ? value.trim() : value
    const type = CONFIG_TYPES.find((known) => known === trimmed)
    if (!type) {
      const message = value === undefined ? 'is missing' : `is ${shown(value)}, not a type`
      this.complain(path, message, `use one of ${CONFIG_TYPES.join(', ')}`)
    }
    return type
  }

  private options(path: string, value: unknown): string[] {
    const hint = 'list the values that an enum may have, as ["fast", "slow"]'
    const before = this.problems.length
    const items = this.list(path, value ?? [], hint)
    if (items.length === 0 && this.problems.length === before) {
      this.complain(path, 'is empty: an enum has options', hint)
    }
    return items.map((item, index) => this.text(`${path}[${index}]`, item, hint))
  }

  private events(value: unknown): EventType[] {
    const hint = `list one or more of ${EVENT_TYPES.join(', ')}`
    if (value === undefined || value === null) {
      this.complain('metadata.events', 'is missing', hint)
      return []
    }
    const before = this.problems.length
    const items = this.list('metadata.events', value, hint)
    const events = new Set<EventType>()
    for (const [index, item] of items.entries()) {
      const trimmed = typeof item === 'string' ? item.trim() : item
      const event = EVENT_TYPES.find((known) => known === trimmed)
      if (event) events.add(event)
      else if (trimmed !== '') this.complain(`metadata.events[${index}]`, `is ${shown(item)}, not an event`, hint)
    }
    if (events.size === 0 && this.problems.length === before) this.complain('metadata.events', 'is empty', hint)
    return [...events]
  }

  private list(path: string, value: unknown, hint: string): unknown[] {
    if (!Array.isArray(value)) {
      this.complain(path, `is ${shown(value)}, not a list`, hint)
      return []
    }
    if (value.length <= MAX_ITEMS) return value
    this.complain(path, `has ${value.length} items, more than ${MAX_ITEMS}`, hint)
    return []
  }

  private optionalText(path: string, value: unknown): string | undefined {
    if (value === undefined || value === null || value === '') return undefined
    return this.text(path, value, 'write a string, or leave it out')
  }

  /** Trimmed; '' after a complaint. */
  private text(path: string, value: unknown, hint: string): string {
    const text = typeof value === 'string' ? value.trim() : ''
    if (value === undefined || text === '') {
      const message =
        typeof value === 'string' ? 'is empty' : value === undefined ? 'is missing' : `is ${shown(value)}, not a string`
      this.complain(path, message, hint)
    } else if (text.length > MAX_TEXT) this.complain(path, `has more than ${MAX_TEXT} characters`, hint)
    else if (CONTROL.test(text)) this.complain(path, 'holds control characters', 'leave them out')
    else return text
    return ''
  }
}
