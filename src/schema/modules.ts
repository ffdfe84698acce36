/** Strategies with their revisions and what runs of them (contract §2). */
import { type Static, Type } from '@sinclair/typebox'
import { Hash, HomePath, StrategyName, Tag } from './catalogue-terms'
import { Metadata } from './metadata'

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
