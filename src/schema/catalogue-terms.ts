/** What the models of the catalogue have in common. */
import { Type } from '@sinclair/typebox'

export const HASH_EXAMPLE = 'sha256:960b2c1a4f7d8e3b5a6c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c'

export const Hash = Type.String({ description: 'sha256:<64 hex> of the source bytes', examples: [HASH_EXAMPLE] })
export const Tag = Type.String({ description: 'Case-sensitive, in the grammar of Docker tags', examples: ['v1.0.0'] })
export const StrategyName = Type.String({ description: 'Lower-case', examples: ['grid'] })
export const HomePath = Type.String({ description: 'Relative to the strategy home', examples: ['grid/960b…/grid.js'] })
