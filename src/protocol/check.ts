/** Whether a message is one: what is heard is checked against its schema before anybody looks at it. */
import type { Static, TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { fieldName, sentence, unwrapped } from '../schema/mismatch'
import { plainText } from '../schema/plain-text'
import { isRecord } from '../schema/record'
import { FROM_HOST, type FromHost, TO_HOST, type ToHost } from './messages'
import { ANSWERS, type Answers } from './reported'

/** The other side has said what it must not. Whoever hears it ends the conversation. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** @throws ProtocolError in a sentence. */
export type Check<Message> = (message: unknown) => Message

/** Compiled when the first of its kind is heard. */
const compiled = new Map<TSchema, TypeCheck<TSchema>>()

function fitting<S extends TSchema>(schema: S, value: unknown, what: string): Static<S> {
  let check = compiled.get(schema)
  if (!check) {
    check = TypeCompiler.Compile(schema)
    compiled.set(schema, check)
  }
  if (check.Check(value)) return value as Static<S>
  const [mismatch] = unwrapped(check.Errors(value))
  const wrong = mismatch ? `: ${placeOf(mismatch.path)}${sentence(mismatch)}` : ''
  throw new ProtocolError(`${what} breaks its schema${wrong}`)
}

const MOST_OF_PLACE = 100

/** Names of fields may be the other side's own. */
const placeOf = (path: string): string =>
  path === '' ? 'it ' : `${plainText(fieldName(path)).slice(0, MOST_OF_PLACE)} `

const checkOf =
  <Message>(schemas: Readonly<Record<string, TSchema>>): Check<Message> =>
  (message) => {
    const kind = isRecord(message) ? message.kind : undefined
    if (typeof kind !== 'string' || !Object.hasOwn(schemas, kind)) {
      throw new ProtocolError(`there is no message of the kind ${nameOf(kind)}`)
    }
    return fitting(schemas[kind]!, message, `a message "${kind}"`) as Message
  }

const nameOf = (kind: unknown): string =>
  typeof kind === 'string' ? JSON.stringify(plainText(kind).slice(0, MOST_OF_PLACE)) : `of no name`

export const checkToHost: Check<ToHost> = checkOf<ToHost>(TO_HOST)

export const checkFromHost: Check<FromHost> = checkOf<FromHost>(FROM_HOST)

/** @throws ProtocolError when it is no answer to a request of the kind. */
export function checkAnswer<K extends keyof Answers>(kind: K, answer: unknown): Answers[K] {
  return fitting(ANSWERS[kind], answer, `the answer to "${kind}"`) as Answers[K]
}
