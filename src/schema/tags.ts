/** Moves of a tag, its history and its deletion (contract §2). */
import { type Static, Type } from '@sinclair/typebox'
import { HASH_EXAMPLE, Hash, StrategyName, Tag } from './catalogue-terms'
import { HISTORY_PAGE } from './page'
import { RolloutPlan } from './rollouts'
import { HASHED, WRITTEN } from './stated'
import { words } from './words'

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
    rollout: Type.Optional(RolloutPlan),
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
    ...HISTORY_PAGE,
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
