/** Refusals as HTTP answers: the body of one, and the responses of a route that can fail in these ways. */
import { FAILURES, type Failure, type FailureCode } from '../errors/failure'
import { FailureBody } from '../schema/failure'

/** What any call with a JSON body may answer. */
export const BODY = [
  'malformed_json',
  'invalid_request',
  'request_timeout',
  'body_too_large',
  'unsupported_media_type',
] as const satisfies FailureCode[]

/** What any call with a selector may answer. */
export const SELECTOR = [
  'invalid_selector',
  'strategy_not_found',
  'tag_not_found',
  'hash_not_found',
  'hash_ambiguous',
] as const satisfies FailureCode[]

/** What any change may answer. */
export const STORAGE = [
  'storage_unavailable',
  'data_unwritable',
  'storage_full',
  'not_ready',
] as const satisfies FailureCode[]

type StatusOf<C extends FailureCode> = (typeof FAILURES)[C]['status']

/** The response schemas of a route that can fail in these ways, by status; each names its codes and what they mean. */
export function failures<C extends FailureCode>(...codes: C[]): Record<StatusOf<C>, typeof FailureBody> {
  const byStatus = new Map<number, typeof FailureBody & { description?: string; examples?: FailureBody[] }>()
  for (const code of new Set(codes)) {
    const { status } = FAILURES[code]
    const { description = '', examples = [] } = byStatus.get(status) ?? {}
    byStatus.set(status, {
      ...FailureBody,
      description: [description, describe(code)].filter(Boolean).join('\n'),
      examples: [...examples, exampleOf(code)],
    })
  }
  return Object.fromEntries(byStatus) as Record<StatusOf<C>, typeof FailureBody>
}

/** A line of the API document. */
export const describe = (code: FailureCode): string => `- \`${code}\`: ${FAILURES[code].title}`

/** How a refusal looks, as the API document shows it. */
export function exampleOf(code: FailureCode): FailureBody {
  const { title, hint } = FAILURES[code]
  return { status: 'error', error: code, message: title, hint }
}

/** The body that a refusal is answered with. */
export function refusalBody(failure: Failure): FailureBody {
  return {
    ...failure.details,
    status: 'error',
    error: failure.code,
    message: failure.message,
    hint: failure.hint,
  }
}
