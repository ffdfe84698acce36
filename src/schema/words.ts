/** A choice of words as a schema: a kind of its own, since a union loses its description in the API document. */
import { Kind, type SchemaOptions, type TUnsafe, Type, TypeRegistry } from '@sinclair/typebox'

const KIND = 'Words'

TypeRegistry.Set<{ enum: readonly string[] }>(KIND, (schema, value) => schema.enum.includes(value as string))

export function words<const T extends string>(values: readonly T[], options: SchemaOptions = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ ...options, [Kind]: KIND, type: 'string', enum: [...values] })
}
