/** One call of somebody else's server, which may be slow, hang, or answer without an end. */
import { reasonOf } from '../../files/reason'
import { plainText } from '../../schema/plain-text'
import { Undelivered } from './undelivered'

/** What is read of an answer that says why not. */
const READ_BYTES = 2000
const SAID = 200
const MOST_WAIT_MS = 3_600_000

export interface Call {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** How long the whole call may take. */
  readonly timeoutMs: number
}

/** @param signal gives it up. @throws Undelivered whose message names no address: it may hold a secret. */
export async function call({ url, method, headers = {}, body, timeoutMs }: Call, signal: AbortSignal): Promise<void> {
  const response = await answerTo(url, timeoutMs, {
    method,
    headers: { 'user-agent': 'meltica', ...headers },
    ...(body !== undefined && { body }),
    // an answer from elsewhere is none of whom was called
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  })
  if (response.ok) {
    await response.body?.cancel()
    return
  }
  const said = plainText(await beginningOf(response)).trim()
  throw new Undelivered(`it answers ${response.status}${said === '' ? '' : `: ${said}`}`, waitOf(response))
}

async function answerTo(url: string, timeoutMs: number, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    throw new Undelivered(isLate ? `it does not answer within ${timeoutMs / 1000} s` : reasonOf(error))
  }
}

async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length >= READ_BYTES) break
    }
  } catch {
    // it has said that it refuses, if not why
  }
  return text.slice(0, SAID)
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3), ms. */
function waitOf(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 0)
  return seconds > 0 ? Math.min(seconds * 1000, MOST_WAIT_MS) : 0
}
