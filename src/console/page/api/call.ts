/** Calls of the gateway's API. A refusal is thrown as what the gateway said of it. */
import type { FailureBody } from '../../../schema/failure'
import { dropToken, session } from './session'

/** What the gateway has refused, or that it cannot be reached. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: Partial<FailureBody>,
  ) {
    super(body.message ?? `the gateway has answered ${status}`)
  }
}

export function headers(more: Record<string, string> = {}): Record<string, string> {
  const { token } = session.value
  return token === undefined ? more : { authorization: `Bearer ${token}`, ...more }
}

/** @param ifMatch refused where somebody has changed it meanwhile. @throws Refused */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  ifMatch?: string,
): Promise<T> {
  const response = await request(method, path, body, signal, ifMatch)
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** What there is, with the ETag that a change of it names in If-Match. @throws Refused */
export async function withTag<T>(path: string): Promise<{ readonly value: T; readonly etag: string | undefined }> {
  const response = await request('GET', path, undefined, undefined)
  return { value: (await response.json()) as T, etag: response.headers.get('etag') ?? undefined }
}

/** @throws Refused */
export async function textOf(path: string, signal?: AbortSignal): Promise<string> {
  return await (await request('GET', path, undefined, signal)).text()
}

async function request(
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
  ifMatch?: string,
): Promise<Response> {
  const { token } = session.value
  const response = await fetch(path, {
    method,
    headers: headers({
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new Refused(0, { message: 'the gateway cannot be reached', hint: 'try again when it is back' })
  })
  if (response.ok) return response
  const refused = await refusalOf(response)
  refusedToken(refused, token)
  throw refused
}

export async function refusalOf(response: Response): Promise<Refused> {
  const said: unknown = await response.json().catch(() => undefined)
  return new Refused(response.status, typeof said === 'object' && said !== null ? said : {})
}

/** A token that is no longer known is asked for anew, unless another one was given meanwhile. */
export function refusedToken(refused: Refused, token: string | undefined): void {
  if (refused.status === 401 && session.value.token === token) {
    dropToken(token === undefined ? '' : 'This token is not known any more: it is mistyped, or was revoked.')
  }
}

/** A name, an id or a selector as a part of a path. */
export const part = (name: string): string => encodeURIComponent(name)
