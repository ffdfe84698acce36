/**
 * A feed as server-sent events (WHATWG HTML §9.2). The client reads at its own pace: nothing is made before it has taken
 * what came before, and a follower that is behind is told of more at once.
 */
import { Failure } from '../errors/failure'
import { within } from '../flow/within'
import type { FeedReader, Heard } from '../runtime/feed/feed-reader'
import type { Reading } from '../store/reading'
import { isStillAdmitted } from './admission'

export interface Followed {
  /** How many streams are open. */
  readonly open: { streams: number }
  readonly reader: FeedReader
  /** Resolves when something new may be there. */
  readonly told: () => Promise<void>
  /** Nothing more will come. */
  readonly isOver: () => boolean
  readonly inTurns: <T>(reading: Reading<T>, signal: AbortSignal) => Promise<T>
}

/** Between two of them at least so much is sent that nobody between takes the connection for dead. */
const HEARTBEAT_MS = 15_000
/** So often it is looked whether the token still holds. */
const LOOK_MS = 1000
/** A client tries again after so long. */
const RETRY_MS = 2000
/** What comes within it goes in one piece: a page is drawn no more often. */
const GATHERED_MS = 40
/** Said once: all that was kept is told, and what follows is told as it happens. */
const UP_TO_DATE = ': up to date\n'
/** Each costs a little memory and a connection. */
const MOST_STREAMS = 500

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would gather it
  'x-accel-buffering': 'no',
}

/** @throws Failure too_many_streams. */
export function eventStream(request: Request, followed: Followed): Response {
  if (request.method === 'HEAD') return new Response(null, { headers: HEADERS })
  const { open } = followed
  if (open.streams >= MOST_STREAMS) throw new Failure('too_many_streams', `${MOST_STREAMS} event streams are open`)
  open.streams++
  const ended = new AbortController()
  const end = () => {
    if (ended.signal.aborted) return
    ended.abort()
    open.streams--
  }
  request.signal.addEventListener('abort', end)
  let text = `retry: ${RETRY_MS}\n${positionText(followed.reader.position)}`
  const progress = { isUpToDate: false }
  const body = new ReadableStream<string>(
    {
      async pull(controller) {
        try {
          text ||= await moreOf(request, followed, progress, ended.signal)
        } catch (error) {
          if (!ended.signal.aborted) controller.error(error)
          end()
          return
        }
        if (text !== '') controller.enqueue(text)
        else if (!ended.signal.aborted) controller.close()
        if (text === '') end()
        text = ''
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
  // where it begins: not every client is told of an id without an event
  const headers = { ...HEADERS, 'last-event-id': String(followed.reader.position) }
  return new Response(body.pipeThrough(new TextEncoderStream()), { headers })
}

/** '': it has come to its end. */
async function moreOf(
  request: Request,
  { reader, told, isOver, inTurns }: Followed,
  progress: { isUpToDate: boolean },
  signal: AbortSignal,
) {
  for (let dueMs = performance.now() + HEARTBEAT_MS; ; ) {
    if (signal.aborted || isOver() || !isStillAdmitted(request)) return ''
    const heard = await inTurns(reader.next(), signal)
    if (heard.length > 0) return heard.map(eventText).join('')
    if (!progress.isUpToDate) {
      progress.isUpToDate = true
      return UP_TO_DATE + positionText(reader.position)
    }
    const leftMs = dueMs - performance.now()
    // what was left out moves the position as well
    if (leftMs <= 0) return `: at work\n${positionText(reader.position)}`
    await within(told(), Math.min(leftMs, LOOK_MS), signal)
    await Bun.sleep(GATHERED_MS)
  }
}

/** An event without data is none, but a client goes on from its id. */
const positionText = (id: number): string => `id: ${id}\n\n`

const eventText = ({ id, type, text }: Heard): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${text}\n\n`
