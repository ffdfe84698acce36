/** Reads a YAML file against a schema and names every problem with its line and column. */
import type { Static, TSchema } from '@sinclair/typebox'
import { ValueErrorType } from '@sinclair/typebox/errors'
import { Value } from '@sinclair/typebox/value'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { Failure } from '../errors/failure'
import { fieldName, pathOf, sentence, unwrapped } from '../schema/mismatch'
import { excessOf } from './yaml-bounds'

/** Problems that are told at once. */
const MAX_TOLD = 100

/** What a schema cannot say. */
export interface Unfit {
  /** A JSON pointer. */
  readonly path: string
  /** Goes on after the name of the field. */
  readonly message: string
  /** The name of the field is wrong, not its value. */
  readonly atKey?: boolean
  /** The message is a sentence of its own. */
  readonly isSentence?: boolean
}

/** A file that fits its schema, and can still say where in it something stands. */
export interface YamlFile<T> {
  readonly value: T
  /** Lists every problem as `file:line:column: what is wrong`. */
  readonly refusal: (problems: readonly Unfit[]) => Failure
  /** Where the value of a JSON pointer stands, as `file:line:column`. */
  readonly placeOf: (path: string) => string
}

/**
 * @param file its name, for the messages.
 * @param hint where to learn of its fields, when it is not the configuration.
 * @throws Failure invalid_settings that lists every problem as `file:line:column: what is wrong`.
 */
export function readYaml<T extends TSchema>(text: string, file: string, schema: T, hint?: string): YamlFile<Static<T>> {
  const refusalOf = (problems: readonly Problem[]) => refused(problems, hint)

  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    // an empty file has no first line
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  if (document.errors.length > 0) {
    throw refusalOf(document.errors.map(({ pos, message }) => ({ ...placeOf(pos[0]), message: worded(message) })))
  }
  const excess = excessOf(document)
  if (excess) throw refusalOf([{ ...placeOf(excess.offset), message: excess.message }])
  const value: unknown = document.toJS({ maxAliasCount: -1 }) ?? {}
  const problems = new Map<string, Problem>()
  for (const error of unwrapped(Value.Errors(schema, value))) {
    const subject = fieldName(error.path) || 'the file'
    if (problems.has(error.path)) continue
    if (problems.size > MAX_TOLD) break
    const atKey = error.type === ValueErrorType.ObjectAdditionalProperties
    const place = placeOf(offsetOf(document, pathOf(error.path), atKey))
    problems.set(error.path, { ...place, message: `${subject} ${sentence(error)}` })
  }
  if (problems.size > 0) throw refusalOf([...problems.values()])
  return {
    value: value as Static<T>,
    placeOf: (path) => placeText(placeOf(offsetOf(document, pathOf(path), false))),
    refusal: (unfit) =>
      refusalOf(
        unfit.map(({ path, message, atKey = false, isSentence = false }) => ({
          ...placeOf(offsetOf(document, pathOf(path), atKey)),
          message: `${fieldName(path)}${isSentence ? ':' : ''} ${message}`,
        })),
      ),
  }
}

/** As `readYaml`. @param unfit what is wrong with a value that fits the schema. */
export function parseYaml<T extends TSchema>(
  text: string,
  file: string,
  schema: T,
  unfit: (value: Static<T>) => readonly Unfit[],
  hint: string,
): Static<T> {
  const { value, refusal } = readYaml(text, file, schema, hint)
  const problems = unfit(value)
  if (problems.length > 0) throw refusal(problems)
  return value
}

interface Place {
  readonly file: string
  /** From 1 on, as is the column. */
  readonly line: number
  readonly column: number
}

const placeText = ({ file, line, column }: Place): string => `${file}:${line}:${column}`

interface Problem extends Place {
  readonly message: string
}

/** The parser reads what is nested by calling itself, so that nesting too deeply overflows the stack. */
const worded = (message: string): string => (/call stack/.test(message) ? 'is nested too deeply' : message)

function refused(problems: readonly Problem[], hint: string | undefined): Failure {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
  const told = sorted.slice(0, MAX_TOLD).map(({ message, ...place }) => `${placeText(place)}: ${message}`)
  return new Failure(
    'invalid_settings',
    [...new Set(told), ...(sorted.length > MAX_TOLD ? ['and more of them'] : [])].join('\n'),
    {},
    hint,
  )
}

/** Where a field stands: its key when it is one too many, else its value, else what it is missing from. */
function offsetOf(document: Document, path: readonly string[], atKey: boolean): number {
  if (path.length === 0) return 0
  const parent = nodeAt(document, path.slice(0, -1))
  const key = path.at(-1)
  const pair = isMap(parent)
    ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
    : undefined
  if (pair && isNode(pair.key) && (atKey || !isNode(pair.value))) return pair.key.range?.[0] ?? 0
  const node = nodeAt(document, path) ?? parent
  return isNode(node) ? (node.range?.[0] ?? 0) : offsetOf(document, path.slice(0, -1), atKey)
}

const nodeAt = (document: Document, path: readonly string[]): unknown => {
  const steps = path.map((step) => (/^\d+$/.test(step) ? Number(step) : step))
  return steps.length === 0 ? document.contents : document.getIn(steps, true)
}
