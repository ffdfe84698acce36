/** An upload of a revision, and its answer (contract §2). */
import { type Static, Type } from '@sinclair/typebox'
import { Hash, HomePath, StrategyName, Tag } from './catalogue-terms'
import { digestOf, hexOf } from './digest'
import { Warning } from './metadata'
import { FILED, NAMED, TAGGED, WRITTEN } from './stated'

/** What the examples upload. */
const HELLO =
  "module.exports = {\n  metadata: {\n    name: 'hello',\n    tag: 'v1.0.0',\n    displayName: 'Hello',\n    description: 'Logs every trade',\n    config: [],\n    events: ['Trade'],\n  },\n  create(env) {\n    return {\n      onTrade(ctx, evt, payload) {\n        env.helpers.log(evt.symbol, payload.price)\n      },\n    }\n  },\n}\n"
const HELLO_HASH = digestOf(Buffer.from(HELLO))

export const UploadBody = Type.Object(
  {
    source: Type.String({
      stated: { minLength: 1 },
      description:
        'The JavaScript module; stored byte for byte. It may have 1 MiB as UTF-8, an inline source map included',
    }),
    name: Type.Optional(
      Type.String({ ...NAMED, maxLength: 256, description: 'When given, it must equal metadata.name' }),
    ),
    filename: Type.Optional(
      Type.String({
        ...FILED,
        maxLength: 256,
        description: 'What the client calls the file; the stored file is always <name>.js',
      }),
    ),
    tag: Type.Optional(Type.String({ ...TAGGED, maxLength: 256, description: 'Wins over metadata.tag' })),
    aliases: Type.Optional(
      Type.Array(Type.String({ ...TAGGED, maxLength: 256 }), {
        maxItems: 100,
        stated: { uniqueItems: true },
        description: 'More tags for this revision',
      }),
    ),
    reassignTags: Type.Optional(
      Type.Array(Type.String({ ...TAGGED, maxLength: 256 }), {
        maxItems: 100,
        stated: { uniqueItems: true },
        description: 'Tags that move to this revision, whatever they name now',
      }),
    ),
    promoteLatest: Type.Optional(
      Type.Boolean({
        stated: { default: true },
        description: 'Move latest to this revision; a first revision is always latest',
      }),
    ),
    message: Type.Optional(
      Type.String({ ...WRITTEN, maxLength: 1000, description: 'Why, for the history of the tags' }),
    ),
  },
  {
    title: 'Upload',
    additionalProperties: false,
    examples: [
      {
        source: HELLO,
        tag: 'v1.0.0',
        aliases: ['stable'],
        promoteLatest: true,
      },
    ],
  },
)
export type UploadBody = Static<typeof UploadBody>

export const ReplacementBody = Type.Object(
  {
    ...UploadBody.properties,
    promoteLatest: Type.Optional(
      Type.Boolean({ description: 'Move latest too; by default it moves only where the selector names it' }),
    ),
  },
  { title: 'Replacement', additionalProperties: false, examples: [{ source: HELLO, tag: 'v1.0.1' }] },
)

export const UploadedModule = Type.Object(
  {
    name: StrategyName,
    hash: Hash,
    tag: Tag,
    alias: Type.Optional(Tag),
    file: Type.String({ examples: ['grid.js'] }),
    path: HomePath,
  },
  { title: 'UploadedModule' },
)

export const Uploaded = Type.Object(
  {
    status: Type.Literal('pending_refresh', {
      description: 'The revision is launchable at once; running instances move with the next refresh',
    }),
    strategyDirectory: Type.String({ examples: ['/srv/strategies'] }),
    module: UploadedModule,
    warnings: Type.Array(Warning, {
      description: 'What in the source is likely a mistake, as a misspelt handler; nothing of it refuses an upload',
    }),
    unchanged: Type.Optional(Type.Literal(true, { description: 'The very same bytes were there already' })),
  },
  {
    title: 'Uploaded',
    examples: [
      {
        status: 'pending_refresh',
        strategyDirectory: '/srv/strategies',
        module: {
          name: 'hello',
          hash: HELLO_HASH,
          tag: 'v1.0.0',
          alias: 'v1.0.0',
          file: 'hello.js',
          path: `hello/${hexOf(HELLO_HASH)}/hello.js`,
        },
        warnings: [],
      },
    ],
  },
)
export type Uploaded = Static<typeof Uploaded>
