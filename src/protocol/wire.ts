/** The pieces that schemas of messages are made of. What a type declared elsewhere looks like on the wire is checked against that type when this is compiled. */
import {
  type ArrayOptions,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
  type TUnsafe,
  Type,
} from '@sinclair/typebox'

/** All of it readonly: what a declared type and its schema are compared as. */
type Frozen<T> = T extends Uint8Array ? T : T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** What the compiler points at where a type and its schema differ. */
interface Differs<Declared, Described> {
  readonly declared: Declared
  readonly described: Described
}

/** The schema of a type that is declared elsewhere: it has every field of it and no other, or it does not compile. */
export const schemaOf =
  <T>() =>
  <S extends TSchema>(
    schema: S &
      (Identical<Frozen<Static<S>>, Frozen<T>> extends true ? unknown : Differs<Frozen<T>, Frozen<Static<S>>>),
  ): TUnsafe<T> =>
    Type.Unsafe<T>(schema)

/** An object with these fields alone. */
export const exactly = <F extends TProperties>(fields: F): TUnsafe<Readonly<Static<TObject<F>>>> =>
  Type.Unsafe(Type.Object(fields, { additionalProperties: false }))

export const listOf = <S extends TSchema>(item: S, options: ArrayOptions = {}): TUnsafe<readonly Static<S>[]> =>
  Type.Unsafe(Type.Array(item, options))

export const oneOf = <const T extends string>(...values: readonly T[]): TUnsafe<T> =>
  Type.Unsafe<T>(Type.Union(values.map((value) => Type.Literal(value))))

/** A number of instances, requests or records: of what can be counted. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
/** Instances and compilations are numbered in 32 bits, see `RunningMarker`. */
export const RunNumber = Type.Integer({ minimum: 1, maximum: 0x7f_ff_ff_ff })
/** Milliseconds since 1970; as far as a `Date` goes. */
export const TimeMs = Type.Number({ minimum: 0, maximum: 8.64e15 })
/** Milliseconds of something that only goes forward. */
export const Duration = Type.Number({ minimum: 0 })
/** A name of something: a provider, a symbol, an instance, an order. */
export const Name = Type.String({ maxLength: 256 })
/** For people. */
export const MAX_TEXT = 1 << 16
export const Text = Type.String({ maxLength: MAX_TEXT })
/** JSON of `helpers.state`: the engine lets no more of it pass. */
export const StateJson = Type.String({ maxLength: 256 << 10 })
/** An amount in an order: more digits no market needs. */
export const Amount = Type.String({ maxLength: 82, pattern: '^[0-9]+([.][0-9]+)?$' })
/** An amount, or a share in percent. */
export const AskedQuantity = Type.String({ maxLength: 83, pattern: '^[0-9]+([.][0-9]+)?%?$' })
/** An exact sum of money, of either sign. */
export const Sum = Type.String({ maxLength: 4096, pattern: '^-?[0-9]+([.][0-9]+)?$' })
export const EngineHash = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })
export const Bytes = Type.Uint8Array()
