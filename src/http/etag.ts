/** Whether a client has the very answer already (RFC 9110 §13.1.2). */

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
