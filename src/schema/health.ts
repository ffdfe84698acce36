/** What the gateway says of itself to whoever watches it. */
import { type Static, Type } from '@sinclair/typebox'

export const Health = Type.Object({ status: Type.Literal('ok') }, { title: 'Health', examples: [{ status: 'ok' }] })

export const ReadinessProblem = Type.Object(
  {
    message: Type.String({ description: 'What is wrong' }),
    hint: Type.String({ description: 'What to do about it' }),
    instance: Type.Optional(Type.String({ description: 'The instance that it is about' })),
    provider: Type.Optional(Type.String({ description: 'The provider that it is about' })),
    strategy: Type.Optional(Type.String({ description: 'The strategy that it is about' })),
    hash: Type.Optional(Type.String({ description: 'The revision that it is about' })),
    path: Type.Optional(Type.String({ description: 'Within the strategy home' })),
    problem: Type.Optional(Type.String({ description: 'The same as message, for what is in the strategy home' })),
  },
  { title: 'ReadinessProblem', description: 'Something that is not sound, and what to do about it' },
)
export type ReadinessProblem = Static<typeof ReadinessProblem>

export const Readiness = Type.Object(
  {
    status: Type.Literal('ready'),
    problems: Type.Array(ReadinessProblem, { description: 'What is not sound, though it may stop nothing' }),
  },
  { title: 'Readiness', examples: [{ status: 'ready', problems: [] }] },
)
