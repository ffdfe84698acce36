/** A choice of words as a schema. */
import { type SchemaOptions, type TUnsafe, Type } from '@sinclair/typebox'

/** Its type is stated: what Elysia infers of a union made from an array is never. */
export function words<const T extends string>(values: readonly T[], options: SchemaOptions = {}): TUnsafe<T> {
  return Type.Unsafe<T>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      options,
    ),
  )
}
