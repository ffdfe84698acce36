/** What is said of a value that does not fit its schema: of which field, and in which words. */
import { expect, test } from 'bun:test'
import { type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { fieldName, sentence, unwrapped } from '../../src/schema/mismatch'
import { isRecord } from '../../src/schema/record'
import { AMOUNT_PATTERN, DURATION } from '../../src/schema/risk-limits'
import { WRITTEN } from '../../src/schema/stated'
import { words } from '../../src/schema/words'

/** `<field> <what is wrong with it>`, for all that is wrong. */
const told = (schema: TSchema, value: unknown): string[] =>
  [...unwrapped(Value.Errors(schema, value))].map((error) => `${fieldName(error.path)} ${sentence(error)}`.trim())

const SENTENCES: readonly (readonly [schema: TSchema, value: unknown, told: string])[] = [
  [Type.String(), 5, 'must be a string'],
  [Type.Integer(), 'a', 'must be an integer'],
  [Type.Array(Type.Any()), {}, 'must be an array'],
  [Type.Object({}), [], 'must be an object'],
  [Type.Number(), 'a', 'must be a number'],
  [Type.Boolean(), 1, 'must be a boolean'],
  [Type.Literal('ok'), 1, "must be 'ok'"],
  [words(['a', 'b']), 'c', 'must be one of a, b'],
  [words(['a', 'b']), 1, 'must be one of a, b'],
  [Type.Integer({ minimum: 1 }), 0, 'must be an integer greater or equal to 1'],
  [Type.Number({ exclusiveMinimum: 0 }), 0, 'must be a number greater than 0'],
  [Type.String({ minLength: 1 }), '', 'must have a length greater or equal to 1'],
  [Type.String({ maxLength: 1 }), 'ab', 'must have a length less or equal to 1'],
  [Type.String({ pattern: '^a$' }), 'b', "must be a string matching '^a$'"],
  [Type.String({ pattern: AMOUNT_PATTERN }), '-1', 'must be a decimal number of 0 or above, as 0.5'],
  ...[1, 'soon', '1s'.repeat(60), null].map(
    (value) =>
      [Type.String({ pattern: DURATION, maxLength: 100 }), value, 'must be a duration, as 500ms or 1m30s'] as const,
  ),
  [Type.String(WRITTEN), '\0', 'must not hold control characters'],
  [Type.Array(Type.Any(), { minItems: 1 }), [], 'must have at least 1 item'],
  [Type.Array(Type.Any(), { minItems: 2 }), [], 'must have at least 2 items'],
  [Type.Array(Type.Any(), { maxItems: 1 }), [1, 2], 'must have at most 1 item'],
  [Type.Array(Type.Any(), { maxItems: 2 }), [1, 2, 3], 'must have at most 2 items'],
  [Type.Object({}, { minProperties: 1 }), {}, 'must be an object with at least 1 property'],
  [Type.Object({}, { minProperties: 2 }), {}, 'must be an object with at least 2 properties'],
]

test.each(SENTENCES)('%#: what does not fit is told in a sentence', (schema, value, sentence) => {
  expect(told(schema, value)).toEqual([sentence])
})

test('fields that are missing, unknown or wrong are told by their names', () => {
  const schema = Type.Object({ a: Type.Object({ b: Type.Array(Type.String()) }) }, { additionalProperties: false })
  expect(told(schema, { c: 1 })).toContain('a is missing')
  expect(told(schema, { a: { b: [] }, c: 1 })).toEqual(['c is unknown'])
  expect(told(schema, { a: { b: ['x', 1] } })).toEqual(['a.b[1] must be a string'])
})

test('what may be one of several is told with all of them, by their descriptions before their types', () => {
  const amount = Type.Union([Type.String({ description: 'a decimal as text' }), Type.Number()])
  expect(told(amount, true)).toEqual(['must be a decimal as text or a number'])
  expect(told(Type.Union([Type.Integer(), Type.Array(Type.Any())]), 'a')).toEqual(['must be an integer or an array'])
  expect(told(Type.Union([Type.String(), Type.String({ minLength: 9 })]), 1)).toEqual(['must be a string'])
  expect(told(Type.Union([Type.String(), Type.Never()]), 1)).toEqual(['must be a string or something else'])
  expect(told(Type.Union([Type.String(), Type.Number(), Type.Null()]), true)).toEqual([
    'must be a string or a number or null',
  ])
})

test('a value that a query holds as text is told of as what it stands for', () => {
  const inQuery = (format: string, choice: TSchema) => Type.Union([Type.String({ format }), choice])
  expect(told(inQuery('integer', Type.Integer()), 'x')).toEqual(['must be an integer'])
  expect(told(inQuery('boolean', Type.Boolean()), 'x')).toEqual(['must be a boolean'])
})

test('what may also be null is told of as if it could not be, whichever comes first, however deep', () => {
  const limit = Type.Integer({ maximum: 9 })
  for (const orNull of [Type.Union([limit, Type.Null()]), Type.Union([Type.Null(), limit])]) {
    expect(told(orNull, 10)).toEqual(['must be an integer less or equal to 9'])
    expect(told(Type.Object({ a: orNull }), { a: 'x' })).toEqual(['a must be an integer'])
    const deep = Type.Union([Type.Object({ a: orNull }, { additionalProperties: false }), Type.Null()])
    expect(told(deep, { a: 10, b: 1 }).sort()).toEqual(['a must be an integer less or equal to 9', 'b is unknown'])
  }
})

test('a record is an object with fields: no list, no null, no text', () => {
  expect([{}, { a: 1 }, Object.create(null)].map(isRecord)).toEqual([true, true, true])
  expect([[], [1], null, undefined, '', 'a', 0, 1, true, () => 1].filter(isRecord)).toEqual([])
})
