/** Says in a sentence what is wrong with a value that does not fit its schema. */
import { ValueErrorType } from '@sinclair/typebox/errors'
import { AMOUNT_PATTERN, DURATION } from './risk-limits'
import { WRITTEN } from './stated'

/** What TypeBox says of one wrong place; `schema` is the part that it did not fit. */
export interface Mismatch {
  readonly type: number
  /** A JSON pointer. */
  readonly path: string
  readonly message: string
  readonly value: unknown
  readonly schema: Readonly<Record<string, unknown>>
  /** What is wrong with each choice of a union; empty for any other schema. */
  readonly errors: readonly Iterable<Mismatch>[]
}

/** What may also be null is told of as if it could not be: in its very place. */
export function* unwrapped(mismatches: Iterable<Mismatch>): Iterable<Mismatch> {
  for (const mismatch of mismatches) {
    const { type, schema, errors } = mismatch
    const others = type === ValueErrorType.Union ? typesOf(schema).filter((choice) => choice !== 'null') : []
    if (others.length === 1) yield* unwrapped(errors[typesOf(schema).indexOf(others[0])]!)
    else yield mismatch
  }
}

/** The types of a union's choices. */
const typesOf = ({ anyOf }: Mismatch['schema']): unknown[] =>
  Array.isArray(anyOf) ? anyOf.map(({ type }: { type?: unknown }) => type) : []

/** `/scope/sim/symbols/0` as its parts. */
export function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** `/scope/sim/symbols/0` → `scope.sim.symbols[0]` */
export function fieldName(pointer: string): string {
  return pathOf(pointer)
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')
}

/** Goes on after the name of the field: `must be a string`. */
export function sentence({ type, message, schema }: Mismatch): string {
  if (schema.pattern === DURATION && type !== ValueErrorType.ObjectRequiredProperty)
    return 'must be a duration, as 500ms or 1m30s'
  if (schema.pattern === AMOUNT_PATTERN && type === ValueErrorType.StringPattern)
    return 'must be a decimal number of 0 or above, as 0.5'
  switch (type) {
    case ValueErrorType.ObjectRequiredProperty:
      return 'is missing'
    case ValueErrorType.ObjectAdditionalProperties:
      return 'is unknown'
    case ValueErrorType.Kind:
      return `must be one of ${(Array.isArray(schema.enum) ? schema.enum : []).join(', ')}`
    case ValueErrorType.StringPattern:
      return schema.pattern === WRITTEN.pattern ? 'must not hold control characters' : fromTypeBox(message)
    case ValueErrorType.Union:
      return `must be ${choices(schema)}`
    default:
      return fromTypeBox(message)
  }
}

function fromTypeBox(message: string): string {
  return message
    .replace(/^Expected string length/, 'must have a length')
    .replace(/^Expected array length to be greater or equal to (\d+)/, 'must have at least $1 items')
    .replace(/^Expected array length to be less or equal to (\d+)/, 'must have at most $1 items')
    .replace(/^Expected (array|object|integer|string|number|boolean)\b/, (_, type: string) => `must be ${aOrAn(type)}`)
    .replace(/^Expected/, 'must be')
    .replace(' to be ', ' ')
    .replace(' to match ', ' matching ')
    .replace(' to have ', ' with ')
    .replace(/ 1 items$/, ' 1 item')
    .replace(/ 1 properties$/, ' 1 property')
}

const aOrAn = (noun: string) => (noun === 'null' ? noun : `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`)

/** One choice of a union. */
interface Choice {
  readonly const?: unknown
  readonly format?: string
  readonly description?: string
  readonly type?: string
}

/** What each choice of a union is. */
function choices(schema: Readonly<Record<string, unknown>>): string {
  const all: Choice[] = Array.isArray(schema.anyOf) ? schema.anyOf : []
  // a query holds text: its choices are the value as text, and the value itself
  const asText = all.find(({ type, format }) => type === 'string' && format !== undefined)?.format
  if (asText !== undefined) return aOrAn(asText)
  const texts = all.map(({ const: only, description, type }) => {
    if (only !== undefined) return JSON.stringify(only)
    if (description) return description.charAt(0).toLowerCase() + description.slice(1)
    return type ? aOrAn(type) : 'something else'
  })
  return [...new Set(texts)].join(' or ') || 'of another form'
}
