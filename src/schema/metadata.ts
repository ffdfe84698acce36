/** What a strategy says of itself, and what the compiler answers about a source (contract §2, Metadata and diagnostics). */
import { type Static, Type } from '@sinclair/typebox'
import { CONFIG_TYPES, EVENT_TYPES } from './strategy-words'
import { words } from './words'

export const ConfigField = Type.Object(
  {
    name: Type.String(),
    type: words(CONFIG_TYPES),
    description: Type.Optional(Type.String()),
    default: Type.Optional(Type.Unknown()),
    required: Type.Boolean(),
    options: Type.Optional(Type.Array(Type.String())),
  },
  { title: 'ConfigField' },
)
export type ConfigField = Static<typeof ConfigField>

export const Metadata = Type.Object(
  {
    name: Type.String(),
    tag: Type.String(),
    displayName: Type.String(),
    description: Type.String(),
    config: Type.Array(ConfigField),
    events: Type.Array(words(EVENT_TYPES)),
  },
  { title: 'Metadata' },
)
/** As checked: `tag` is "" when the source has none; `config` ends with `dry_run` when the author gave none. */
export type Metadata = Static<typeof Metadata>

export const Diagnostic = Type.Object(
  {
    stage: words(['compile', 'execute', 'validation']),
    message: Type.String(),
    /** The author's file, where an inline source map names it: the place is in there, and not in the file uploaded. */
    file: Type.Optional(Type.String({ examples: ['strategy.ts'] })),
    /** 1-based, true to the uploaded file, or to `file`. */
    line: Type.Optional(Type.Integer()),
    /** 1-based, in UTF-16 units as editors count. */
    column: Type.Optional(Type.Integer()),
    /** The metadata field, as `metadata.config[0].type`. */
    path: Type.Optional(Type.String()),
    hint: Type.Optional(Type.String()),
  },
  { title: 'Diagnostic' },
)
export type Diagnostic = Static<typeof Diagnostic>

/** Likely a mistake, and no reason to refuse the source. */
export const Warning = Type.Object(
  { ...Diagnostic.properties, stage: Type.Literal('validation') },
  { title: 'Warning' },
)
export type Warning = Static<typeof Warning>

/** A program component (see sandbox/program.ts) with its checked metadata and what in its source is likely a mistake, or all that is wrong. */
export type Compilation =
  | {
      readonly program: Uint8Array
      readonly metadata: Metadata
      readonly warnings: readonly Warning[]
      /** What a strategy does not have, and uses: refused in what is new, no more than a warning in what is stored. */
      readonly absent: readonly Warning[]
    }
  | { readonly diagnostics: Diagnostic[] }

/** Whoever compiles: a sandbox host for the gateway, the process itself for `check` and `backtest`. */
export interface Compiler {
  /** The engine's digest, `sha256:…`: programs belong to one engine. */
  readonly engineHash: string
  /** @param source the file's bytes. Throws for our bugs only. */
  compile(source: Uint8Array): Promise<Compilation>
}
