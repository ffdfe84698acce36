/** The strategy catalogue as HTTP clients see it (contract §2): uploads, modules, tag moves, the registry's export. */
import { type Static, Type } from '@sinclair/typebox'
import { digestOf, hexOf } from './digest'
import { Metadata } from './metadata'
import { FILED, HASHED, NAMED, TAGGED, WRITTEN } from './stated'
import { UsageEntry } from './usage'
import { words } from './words'

const HASH_EXAMPLE = 'sha256:960b2c1a4f7d8e3b5a6c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c'

/** What the examples upload. */
const HELLO =
  "module.exports = {\n  metadata: {\n    name: 'hello',\n    tag: 'v1.0.0',\n    displayName: 'Hello',\n    description: 'Logs every trade',\n    config: [],\n    events: ['Trade'],\n  },\n  create(env) {\n    return {\n      onTrade(ctx, evt, payload) {\n        env.helpers.log(evt.symbol, payload.price)\n      },\n    }\n  },\n}\n"
const HELLO_HASH = digestOf(Buffer.from(HELLO))

const Hash = Type.String({ description: 'sha256:<64 hex> of the source bytes', examples: [HASH_EXAMPLE] })
const Tag = Type.String({ description: 'Case-sensitive, in the grammar of Docker tags', examples: ['v1.0.0'] })
const StrategyName = Type.String({ description: 'Lower-case', examples: ['grid'] })
const HomePath = Type.String({ description: 'Relative to the strategy home', examples: ['grid/960b…/grid.js'] })

export const UploadBody = Type.Object(
  {
    source: Type.String({
      stated: { minLength: 1 },
      description: 'The JavaScript module; stored byte for byte. The whole body may have 1 MiB',
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
      },
    ],
  },
)
export type Uploaded = Static<typeof Uploaded>

export const ModuleRevision = Type.Object(
  {
    hash: Hash,
    tag: Tag,
    alias: Type.Optional(Tag),
    path: HomePath,
    size: Type.Integer({ description: 'Bytes' }),
    retired: Type.Optional(Type.Boolean({ description: 'No tag names it any more' })),
    problem: Type.Optional(Type.String({ description: 'Why it cannot be launched: drifted, missing or invalid' })),
  },
  { title: 'ModuleRevision' },
)
export type ModuleRevision = Static<typeof ModuleRevision>

export const ModuleRunning = Type.Object(
  {
    hash: Hash,
    instances: Type.Array(Type.String(), { description: 'Ids' }),
    count: Type.Integer(),
    firstSeen: Type.Optional(Type.String({ examples: ['2026-01-31T12:00:00.000Z'] })),
    lastSeen: Type.Optional(Type.String({ examples: ['2026-01-31T12:00:00.000Z'] })),
  },
  { title: 'ModuleRunning', description: 'What runs a revision now' },
)
export type ModuleRunning = Static<typeof ModuleRunning>

export const Module = Type.Object(
  {
    name: StrategyName,
    file: Type.String({ examples: ['grid.js'] }),
    path: HomePath,
    hash: Hash,
    tag: Tag,
    tags: Type.Array(Tag, { description: 'All tags of the selected revision' }),
    tagAliases: Type.Record(Type.String(), Hash, { description: 'Every tag of the strategy and the hash it names' }),
    revisions: Type.Array(ModuleRevision),
    size: Type.Integer({ description: 'Bytes' }),
    metadata: Type.Union([Metadata, Type.Null()], {
      description: 'null while the revision cannot be read or compiled',
    }),
    running: Type.Array(ModuleRunning),
    problem: Type.Optional(Type.String({ description: 'Why the selected revision cannot be launched' })),
  },
  {
    title: 'Module',
    description: 'hash, tag, path and metadata are those of the selected revision: latest for a plain name.',
  },
)
export type Module = Static<typeof Module>

export const ModulePage = Type.Object(
  {
    modules: Type.Array(Module),
    total: Type.Integer({ description: 'How many fit the filters, whatever the page' }),
    offset: Type.Integer(),
    limit: Type.Optional(Type.Integer()),
    strategyDirectory: Type.String({ examples: ['/srv/strategies'] }),
  },
  { title: 'ModulePage' },
)
export type ModulePage = Static<typeof ModulePage>

export const StrategyList = Type.Object({ strategies: Type.Array(Metadata) }, { title: 'StrategyList' })

export const TagMoveBody = Type.Object(
  {
    hash: Type.String({
      ...HASHED,
      maxLength: 256,
      description: 'With or without sha256:, or its first 12 digits or more',
    }),
    refresh: Type.Optional(
      Type.Boolean({ default: true, description: 'Roll the instances that follow this tag at once' }),
    ),
    message: Type.Optional(
      Type.String({ ...WRITTEN, maxLength: 1000, description: 'Why, for the history of the tag' }),
    ),
  },
  { title: 'TagMove', additionalProperties: false, examples: [{ hash: HASH_EXAMPLE, refresh: true }] },
)
export type TagMoveBody = Static<typeof TagMoveBody>

export const TagAssigned = Type.Object(
  {
    status: Type.Literal('tag_assigned'),
    strategy: StrategyName,
    tag: Tag,
    hash: Hash,
    previousHash: Type.String({ description: '"" for a new tag' }),
    refresh: Type.Boolean(),
  },
  { title: 'TagAssigned' },
)

export const TagRollbackBody = Type.Object(
  {
    from: Type.Optional(
      Type.String({
        ...HASHED,
        maxLength: 256,
        description: 'What the tag is expected to name, maybe shortened: refused when it names another hash by then',
      }),
    ),
    to: Type.Optional(
      Type.String({
        ...HASHED,
        maxLength: 256,
        description: 'A hash, maybe shortened; default: what the tag named before',
      }),
    ),
    refresh: Type.Optional(
      Type.Boolean({ default: true, description: 'Roll the instances that follow this tag at once' }),
    ),
    message: Type.Optional(
      Type.String({ ...WRITTEN, maxLength: 1000, description: 'Why, for the history of the tag' }),
    ),
  },
  { title: 'TagRollback', additionalProperties: false, examples: [{ message: 'spread too wide' }] },
)

export const TagMove = Type.Object(
  {
    at: Type.String({ examples: ['2026-01-31T12:00:00.000Z'] }),
    actor: Type.String({ description: 'Name of the token, else the address', examples: ['ci'] }),
    action: words(['created', 'moved', 'deleted'], { description: 'What became of it' }),
    hash: Type.String({ description: 'What it named from then on; "" when it was deleted', examples: [HASH_EXAMPLE] }),
    previousHash: Type.String({ description: '"" when it was created', examples: [HASH_EXAMPLE] }),
    message: Type.Optional(Type.String()),
  },
  { title: 'TagMoved' },
)
export type TagMove = Static<typeof TagMove>

export const TagHistory = Type.Object(
  {
    strategy: StrategyName,
    tag: Tag,
    history: Type.Array(TagMove, { description: 'Newest first' }),
    total: Type.Integer(),
    offset: Type.Integer(),
    limit: Type.Integer(),
  },
  { title: 'TagHistory' },
)

export const TagDeleted = Type.Object(
  {
    status: Type.Literal('tag_deleted'),
    strategy: StrategyName,
    tag: Tag,
    hash: Type.String({ description: 'What it named', examples: [HASH_EXAMPLE] }),
    allowOrphan: Type.Boolean(),
  },
  { title: 'TagDeleted' },
)

/** `registry.json`, as it lies in the strategy home. */
export const RegistryFile = Type.Record(
  Type.String(),
  Type.Object({
    tags: Type.Record(Type.String(), Type.String()),
    hashes: Type.Record(Type.String(), Type.Object({ tag: Type.String(), path: Type.String() })),
  }),
  {
    title: 'RegistryFile',
    examples: [
      {
        grid: {
          tags: { latest: HASH_EXAMPLE, 'v1.0.0': HASH_EXAMPLE },
          hashes: { [HASH_EXAMPLE]: { tag: 'v1.0.0', path: 'grid/960b…/grid.js' } },
        },
      },
    ],
  },
)
export type RegistryFile = Static<typeof RegistryFile>

export const RegistryExport = Type.Object(
  { registry: RegistryFile, usage: Type.Array(UsageEntry) },
  { title: 'RegistryExport' },
)
export type RegistryExport = Static<typeof RegistryExport>
