/** `registry.json`, and its export with the use of each revision (contract §1, §2). */
import { type Static, Type } from '@sinclair/typebox'
import { HASH_EXAMPLE } from './catalogue-terms'
import { UsageEntry } from './usage'

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
