/** Whether a client has the very answer already (RFC 9110 §13.1.2), and whether it speaks of what is there. */
import { Failure } from '../errors/failure'

/**
 * @param condition the If-None-Match header: a list of tags, compared weakly, or `*`; null when there is none.
 * @param etag of the answer, quoted.
 */
export function hasAlready(condition: string | null | undefined, etag: string): boolean {
  if (condition === undefined || condition === null) return false
  return condition.split(',').some((one) => [etag, '*'].includes(one.trim().replace(/^W\//, '')))
}

/** What then says so. */
export const notModified = (etag: string): Response => new Response(null, { status: 304, headers: { etag } })

/**
 * @param request whose If-Match header, if it has one, must name what is there: compared strongly (RFC 9110 §13.1.1).
 * @param etag of what is there, quoted; undefined when there is nothing.
 * @throws Failure precondition_failed.
 */
export function checkMatch({ headers }: Request, etag: string | undefined): void {
  const condition = headers.get('if-match')
  if (condition === null) return
  const wanted = condition.split(',').map((one) => one.trim())
  if (etag !== undefined && (wanted.includes(etag) || wanted.includes('*'))) return
  throw new Failure(
    'precondition_failed',
    `If-Match asks for ${condition.slice(0, 100)}, and it is ${etag ?? 'not there'}`,
  )
}
