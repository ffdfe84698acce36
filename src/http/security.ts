/** What the API document says of tokens: how they are sent, which role each call needs, what it answers without. */
import type { FailureCode } from '../errors/failure'
import type { Json } from './models'
import { type Need, needOf } from './roles'

export const SECURITY_SCHEMES: Json = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token that `meltica token create` made. A gateway that was started without tokens asks for none, and listens on this machine alone.',
  },
}

interface Secured {
  /** OpenAPI 3.1 §4.8.30: of a scheme that is not OAuth2 the list names the roles. */
  readonly security: readonly Json[]
  /** A line of the call's description. */
  readonly said: string
  readonly refusals: Readonly<Record<number, readonly FailureCode[]>>
}

export function securityOf(operationId: string): Secured {
  const need = needOf(operationId)
  if (need === 'open') return { security: [], said: 'Open: needs no token.', refusals: {} }
  return {
    // the second: nobody is asked for a token unless the gateway has any
    security: [{ token: [need] }, {}],
    said: `Needs the role \`${need}\`.`,
    refusals: refusalsOf(need),
  }
}

/** Every token may read. */
function refusalsOf(need: Exclude<Need, 'open'>): Record<number, FailureCode[]> {
  return { 401: ['unauthorized'], ...(need !== 'read' && { 403: ['forbidden'] }), 429: ['rate_limited'] }
}

/** The headers of a refusal, by status (RFC 9110 §11.6.1, §10.2.3). */
export const REFUSAL_HEADERS: Readonly<Record<string, Json>> = {
  401: { 'WWW-Authenticate': { description: 'How to identify', schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } } },
}
