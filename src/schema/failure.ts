/** The body of every refusal, and the list of everything that can be wrong with an upload. */
import { type Static, Type } from '@sinclair/typebox'
import { FAILURES, type FailureCode } from '../errors/failure'
import { Diagnostic } from './metadata'
import { ROLES } from './roles'
import { words } from './words'

const codes = Object.keys(FAILURES) as FailureCode[]

export const FailureBody = Type.Object(
  {
    status: Type.Literal('error'),
    error: words(codes, { description: 'A code from one table; branch on it, never on the message' }),
    message: Type.String({ description: 'What is wrong with this very call' }),
    hint: Type.String({ description: 'What to do next' }),
    diagnostics: Type.Optional(
      Type.Array(Diagnostic, { description: 'With strategy_validation_failed: all that is wrong' }),
    ),
    problems: Type.Optional(
      Type.Array(Type.Object({ path: Type.Optional(Type.String()), message: Type.String() }), {
        description: 'What is wrong, one by one; `path` is the field',
      }),
    ),
    instances: Type.Optional(
      Type.Array(Type.String(), { description: 'With revision_in_use and provider_in_use: who uses it' }),
    ),
    role: Type.Optional(words(ROLES, { description: 'With forbidden: the role that the call needs' })),
    retryAfterSeconds: Type.Optional(Type.Integer({ description: 'With rate_limited: as Retry-After says' })),
  },
  { title: 'Failure', additionalProperties: true, description: 'Every refusal has this form.' },
)
export type FailureBody = Static<typeof FailureBody>
