/** The file of access tokens: names, roles and hashes, never a token itself. */
import { type Static, Type } from '@sinclair/typebox'
import { words } from './words'

/** Each may do what those before it may. read: look; operate: upload, tag, refresh, run; admin: delete, set up providers. */
export const ROLES = ['read', 'operate', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Calls a second that a token may make unless its entry says otherwise; as many may come at once. */
export const DEFAULT_LIMIT = 200

export const TokenEntry = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128, description: 'Who it is in the audit' }),
    role: words(ROLES),
    hash: Type.String({ pattern: '^sha256:[0-9a-f]{64}$', description: 'Of the token' }),
    limit: Type.Optional(Type.Integer({ minimum: 1, description: 'Calls a second' })),
  },
  { additionalProperties: false },
)
export type TokenEntry = Static<typeof TokenEntry>

export const TokenFile = Type.Array(TokenEntry)
export type TokenFile = Static<typeof TokenFile>
