/** Reads a YAML file against a schema and names every problem with its line. */
import type { Static, TSchema } from '@sinclair/typebox'
import { ValueErrorType } from '@sinclair/typebox/errors'
import { Value } from '@sinclair/typebox/value'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { Failure } from '../errors/failure'
import { fieldName, pathOf, sentence, unwrapped } from '../schema/mismatch'

/** Entities that refer to each other could unfold to gigabytes; no honest file needs more. */
const MAX_ALIASES = 100

/** What a schema cannot say. */
export interface Unfit {
  /** A JSON pointer. */
  readonly path: string
  /** Goes on after the name of the field. */
  readonly message: string
}

/**
 * @param file its name, for the messages.
 * @param unfit what is wrong with a value that fits the schema.
 * @throws Failure invalid_settings that lists every problem as `file:line: what is wrong`.
 */
export function parseYaml<T extends TSchema>(
  text: string,
  file: string,
  schema: T,
  unfit: (value: Static<T>) => readonly Unfit[] = () => [],
): Static<T> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number) => lines.linePos(offset).line
  if (document.errors.length > 0) {
    throw refusal(document.errors.map((error) => ({ file, line: lineAt(error.pos[0]), message: error.message })))
  }
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {}
  const problems = new Map<string, Problem>()
  for (const error of unwrapped(Value.Errors(schema, value))) {
    const subject = fieldName(error.path) || 'the file'
    if (problems.has(error.path)) continue
    const line = lineAt(
      offsetOf(document, pathOf(error.path), error.type === ValueErrorType.ObjectAdditionalProperties),
    )
    problems.set(error.path, { file, line, message: `${subject} ${sentence(error)}` })
  }
  if (problems.size > 0) throw refusal([...problems.values()])
  const unfitting = unfit(value as Static<T>).map(({ path, message }) => {
    const line = lineAt(offsetOf(document, pathOf(path), false))
    return { file, line, message: `${fieldName(path)} ${message}` }
  })
  if (unfitting.length > 0) throw refusal(unfitting)
  return value as Static<T>
}

interface Problem {
  readonly file: string
  readonly line: number
  readonly message: string
}

function refusal(problems: readonly Problem[]): Failure {
  const sorted = [...problems].sort((a, b) => a.line - b.line)
  return new Failure(
    'invalid_settings',
    sorted.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'),
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
