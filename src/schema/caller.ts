/** Who makes a call, as the gateway knows them. */
import { type Static, Type } from '@sinclair/typebox'
import { ROLES } from './roles'
import { words } from './words'

export const Caller = Type.Object(
  {
    name: Type.Optional(
      Type.String({ description: 'Of the token; absent where none is asked for', examples: ['ops'] }),
    ),
    role: words(ROLES, { description: 'What it may do; admin where nobody is asked for a token' }),
    needsToken: Type.Boolean({ description: 'Whether calls need a token here' }),
    version: Type.String({ description: 'Of the gateway', examples: ['0.2.0'] }),
  },
  { title: 'Caller', description: 'Who calls, and what they may do' },
)
export type Caller = Static<typeof Caller>
