/** What happens in a gateway, as its event streams tell it; a stream that breaks off is taken up where it broke. */
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { Failure } from '../../errors/failure'
import { pause } from '../../flow/stoppable'
import type { ApiClient, EventStream } from './client'

export interface Followed {
  readonly signal: AbortSignal
  /** From behind the event of this id on; absent: from now on. */
  readonly after?: string
  /** A stream has broken off, or cannot be taken up yet. */
  readonly interrupted: (reason: string) => void
  /** All that was kept is told: what follows is told as it happens. Called anew for each stream that is taken up. */
  readonly upToDate?: () => void
}

/** The comment by which a gateway says so. */
const UP_TO_DATE = 'up to date'
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 2000
/** Refusals that time may end. */
const PASSING = new Set(['gateway_unreachable', 'not_ready', 'too_many_streams', 'rate_limited'])

/**
 * Until the signal. @param path of a stream, with its query.
 * @throws Failure when the first attempt fails, or a later one is refused for good.
 */
export async function* followed(
  api: ApiClient,
  path: string,
  { signal, after, interrupted, upToDate }: Followed,
): AsyncGenerator<EventSourceMessage, void> {
  let stream: EventStream | undefined = await api.stream(path, signal, after)
  let last = after
  for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    if (stream) {
      last ??= stream.position
      for await (const message of messagesOf(stream.body)) {
        waitMs = FIRST_WAIT_MS
        if (message === UP_TO_DATE) {
          upToDate?.()
          continue
        }
        last = message.id ?? last
        yield message
      }
      if (!signal.aborted) interrupted('the stream has ended')
    }
    await pause(waitMs, signal)
    stream = await again(api, path, signal, last, interrupted)
  }
}

async function again(
  api: ApiClient,
  path: string,
  signal: AbortSignal,
  last: string | undefined,
  interrupted: Followed['interrupted'],
): Promise<EventStream | undefined> {
  if (signal.aborted) return undefined
  try {
    return await api.stream(path, signal, last)
  } catch (error) {
    if (signal.aborted) return undefined
    if (!(error instanceof Failure && PASSING.has(error.code))) throw error
    interrupted(error.message)
    return undefined
  }
}

/** Ends without a word when the connection does. */
async function* messagesOf(stream: ReadableStream<Uint8Array>) {
  const decoder = new TextDecoder()
  const messages: (EventSourceMessage | typeof UP_TO_DATE)[] = []
  const parser = createParser({
    onEvent(message) {
      messages.push(message)
    },
    onComment(comment) {
      if (comment.trim() === UP_TO_DATE) messages.push(UP_TO_DATE)
    },
  })
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      yield* messages.splice(0)
    }
  } catch {
    return
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
