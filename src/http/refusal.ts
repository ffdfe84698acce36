/** Turns whatever a call ended with into the answer that refuses it. Our own faults are logged and shown as a number alone. */
import { Failure } from '../errors/failure'
import type { Log } from '../telemetry/log'
import { refusalBody } from './failures'

export function refuse(failure: Failure, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(refusalBody(failure), { status: failure.status, headers: { ...headers, ...asked(failure) } })
}

/** Headers that HTTP asks for with some refusals (RFC 9110 §11.6.1, §10.2.3, §12.5.3). */
function asked({ status, details }: Failure): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="meltica"' }
  const { retryAfterSeconds, acceptEncoding } = details
  if (typeof acceptEncoding === 'string') return { 'accept-encoding': acceptEncoding }
  return typeof retryAfterSeconds === 'number' ? { 'retry-after': `${retryAfterSeconds}` } : {}
}

/** A fault of ours: its stack is in the log under the number that the client is told. */
export function fault(error: unknown, what: string, log: Log): Response {
  const requestId = crypto.randomUUID()
  log('error', `fault while answering ${what}`, { requestId, error })
  return refuse(new Failure('internal', `request ${requestId} failed`, { requestId }))
}
