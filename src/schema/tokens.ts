/** Access tokens as their file has them: names, roles and hashes, never a token itself. */
import { type Static, Type } from '@sinclair/typebox'
import { ROLES } from './roles'
import { words } from './words'

const closed = { additionalProperties: false }

/** No dot and no colon: a name in the audit is never taken for an address. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
/** Who else stands in the audit. */
const RESERVED = new Set(['anonymous', 'config', 'gateway', 'local', 'recovered', 'registry', 'system'])

export function isTokenName(text: string): boolean {
  return NAME.test(text) && !RESERVED.has(text.toLowerCase())
}

/** `perSecond` calls on average; `burst` of them may come at once. */
export const RateLimit = Type.Object(
  { perSecond: Type.Number({ exclusiveMinimum: 0 }), burst: Type.Integer({ minimum: 1 }) },
  closed,
)
export type RateLimit = Static<typeof RateLimit>

export const TokenEntry = Type.Object(
  {
    name: Type.String(),
    role: words(ROLES),
    /** The digest of the whole token, as `sha256:<64 hex>`. */
    hash: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
    /** RFC 3339. */
    created: Type.Optional(Type.String()),
    /** Instead of the configuration's. */
    rateLimit: Type.Optional(RateLimit),
  },
  closed,
)
export type TokenEntry = Static<typeof TokenEntry>

export const TokenList = Type.Object({ tokens: Type.Array(TokenEntry) }, closed)
