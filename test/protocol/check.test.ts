/** Messages held against their schemas, on both sides: every kind, every field of it. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { checkAnswer, checkFromHost, checkToHost, ProtocolError } from '../../src/protocol/check'
import { isRecord } from '../../src/schema/record'
import { ANSWER_EXAMPLES, FROM_HOST_EXAMPLES, KINDS, REQUEST_EXAMPLES, TO_HOST_EXAMPLES } from './examples'

type Check = (message: unknown) => unknown
const CASES: [name: string, check: Check, message: object][] = [
  ...Object.entries(TO_HOST_EXAMPLES).map(([kind, one]): [string, Check, object] => [
    `${kind} to a host`,
    checkToHost,
    one,
  ]),
  ...REQUEST_EXAMPLES.map((one, index): [string, Check, object] => [`request ${index}`, checkToHost, one]),
  ...Object.entries(FROM_HOST_EXAMPLES).map(([kind, one]): [string, Check, object] => [
    `${kind} from a host`,
    checkFromHost,
    one,
  ]),
  ...Object.entries(ANSWER_EXAMPLES).map(([kind, one]): [string, Check, object] => [
    `the answer to ${kind}`,
    (answer) => checkAnswer(kind as keyof typeof ANSWER_EXAMPLES, answer),
    one,
  ]),
]

/** Where anything may stand: settings of a strategy, an answer whose question is not known here, a greeting of any version. */
const FREE = [/^request\.launch\.spec\.config\b/, /^answer\b/]
/** Fields that another version may add to its greeting, and objects of the catalogue and the market that may grow. */
const OPEN = [/^$/, /payload$/, /instruments\.\d+$/]
/** A version that nobody knows, and times by any clock. */
const ANY_NUMBER = /^(protocol|atMs)$|payload\.timestamp$/
/** Texts that the market's own schemas do not bound; the gateway alone sends them. */
const UNBOUNDED = [/payload\./, /instruments\.\d+\./, /limits\.sim\./]

type Path = readonly string[]

/** All places within a value, itself included. */
function places(value: unknown, path: Path = []): Path[] {
  if (value instanceof Uint8Array) return [path]
  const inner = isRecord(value) ? Object.entries(value) : Array.isArray(value) ? [...value.entries()] : []
  return [path, ...inner.flatMap(([name, one]: [string | number, unknown]) => places(one, [...path, String(name)]))]
}

/** The same with another value in one place; without it for undefined. */
function changed(value: unknown, [name, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (name === undefined) return change(value)
  if (Array.isArray(value)) return value.map((one, at) => (String(at) === name ? changed(one, rest, change) : one))
  if (!isRecord(value)) throw new Error(`nothing stands at ${name}`)
  const inner = changed(value[name], rest, change)
  const { [name]: _, ...others } = value
  return inner === undefined ? others : { ...others, [name]: inner }
}

const isFree = (path: Path) => FREE.some((free) => free.test(path.join('.')))

test('there is an example of every kind', () => {
  expect([Object.keys(TO_HOST_EXAMPLES).sort(), Object.keys(FROM_HOST_EXAMPLES).sort()]).toEqual([
    KINDS.toHost.sort(),
    KINDS.fromHost.sort(),
  ])
})

describe.each(CASES)('%s', (_, check, message) => {
  test('is taken as it is', () => {
    expect(check(message)).toBe(message)
  })

  test('is refused with something else in any place of it, and says which', () => {
    for (const path of places(message)) {
      if (path.length === 0 || isFree(path)) continue
      for (const junk of [
        Symbol('junk'),
        null,
        [[]],
        Number.NaN,
        -1e300,
        Number.POSITIVE_INFINITY,
        'x'.repeat(5 << 20),
      ]) {
        const wrong = changed(message, path, () => junk)
        const isNumber = typeof junk === 'number' && Number.isFinite(junk)
        if (isNumber && ANY_NUMBER.test(path.join('.'))) continue
        if (typeof junk === 'string' && UNBOUNDED.some((one) => one.test(path.join('.')))) continue
        expect(() => check(wrong), `${path.join('.')} = ${String(junk).slice(0, 20)}`).toThrow(ProtocolError)
      }
    }
  })

  test('is refused with a field more than it has', () => {
    for (const path of places(message)) {
      const at = path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], message)
      const isOpen =
        (path.length === 0 && _.startsWith('hello')) ||
        (path.length > 0 && OPEN.some((one) => one.test(path.join('.'))))
      if (!isRecord(at) || at instanceof Uint8Array || isFree(path) || isOpen) continue
      const wrong = changed(message, path, (old) => ({ ...(old as object), surplus: Symbol('surplus') }))
      expect(() => check(wrong), path.join('.')).toThrow(ProtocolError)
    }
  })

  test('is a refusal or a message, whatever stands in it', () => {
    const paths = places(message).filter((path) => path.length > 0)
    if (paths.length === 0) return
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything({ withBigInt: true, withTypedArray: true }), (path, value) => {
        try {
          check(changed(message, path, () => value))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 200 },
    )
  })
})

test.each([
  [{ kind: 'dance' }, 'there is no message of the kind "dance"'],
  [{ kind: 'toString' }, 'there is no message of the kind "toString"'],
  [{ kind: '__proto__' }, 'there is no message of the kind "__proto__"'],
  [{ kind: '\u001b[2Jwipe' }, 'there is no message of the kind "wipe"'],
  [{ kind: 7 }, 'there is no message of the kind of no name'],
  [{}, 'there is no message of the kind of no name'],
  [null, 'there is no message of the kind of no name'],
  ['ping', 'there is no message of the kind of no name'],
])('%p is of no kind, on neither side', (message, reason) => {
  for (const check of [checkToHost, checkFromHost]) expect(() => check(message)).toThrow(new ProtocolError(reason))
})

test('what one side says the other may not', () => {
  for (const kind of ['acts', 'pong', 'ready']) {
    expect(() => checkToHost(FROM_HOST_EXAMPLES[kind as 'acts'])).toThrow(`there is no message of the kind "${kind}"`)
  }
  for (const kind of ['batch', 'ping', 'request']) {
    expect(() => checkFromHost(TO_HOST_EXAMPLES[kind as 'batch'])).toThrow(`there is no message of the kind "${kind}"`)
  }
})

const acts = FROM_HOST_EXAMPLES.acts
const [ordered] = acts.acts
if (ordered?.kind !== 'ordered') throw new Error('the first act is an order')
const { order } = ordered

describe('an order that is none is refused by name of what is wrong', () => {
  test.each([
    ['quantity', '1e9'],
    ['quantity', '-1'],
    ['quantity', ''],
    ['quantity', '0x10'],
    ['quantity', 'NaN'],
    ['quantity', '1'.repeat(83)],
    ['price', '1,5'],
    ['stopPrice', '.5'],
    ['side', 'Buy'],
    ['type', 'MARKET'],
    ['timeInForce', 'GTD'],
    ['provider', 'x'.repeat(257)],
    ['clientOrderId', 'x'.repeat(257)],
    ['clientTag', 'x'.repeat(1 << 22)],
  ])('%s %p', (field, value) => {
    const wrong = { ...acts, acts: [{ ...ordered, order: { ...order, [field]: value } }] }
    expect(() => checkFromHost(wrong)).toThrow(/^a message "acts" breaks its schema: /)
  })
})

test('the fields of a greeting are those of every version', () => {
  const hello = { kind: 'hello', protocol: 99, build: 'another', moods: ['good'] }
  expect(checkFromHost(hello)).toMatchObject({ protocol: 99, build: 'another' })
})
