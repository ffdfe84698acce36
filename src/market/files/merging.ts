/** Several streams of events, each in the order of time, as one. */
import { Failure } from '../../errors/failure'
import type { MarketEvent } from '../../schema/events'

export interface TimedStream {
  /** What a refusal calls it. */
  readonly label: string
  /** No event is expected before, ms. Streams are opened no sooner than they are needed. */
  readonly startsAt: number
  open(): AsyncGenerator<MarketEvent[]>
}

interface Head {
  readonly rank: number
  readonly stream: AsyncGenerator<MarketEvent[]>
  batch: MarketEvent[]
  at: number
}

/** Runs shorter than this are put together before they are passed on. */
const BATCH = 4096

/** Equal times come in the order of the streams. @throws Failure data_broken when a stream begins before it was expected. */
export async function* merge(streams: readonly TimedStream[]): AsyncGenerator<MarketEvent[]> {
  const waiting = streams
    .map((stream, rank) => ({ stream, rank }))
    .sort((a, b) => a.stream.startsAt - b.stream.startsAt)
  const heads: Head[] = []
  let gathered: MarketEvent[] = []
  let passedMs = Number.NEGATIVE_INFINITY
  try {
    for (;;) {
      await openDue(waiting, heads, passedMs)
      if (heads.length === 0) break
      heads.sort(byTime)
      const first = heads[0]!
      const end = runEnd(first, heads[1], waiting[0]?.stream.startsAt ?? Number.POSITIVE_INFINITY)
      const run = first.at === 0 && end === first.batch.length ? first.batch : first.batch.slice(first.at, end)
      first.at = end
      passedMs = run[run.length - 1]!.timeMs
      if (gathered.length === 0) gathered = run
      else for (const event of run) gathered.push(event)
      if (gathered.length >= BATCH) {
        yield gathered
        gathered = []
      }
      if (end === first.batch.length && !(await advance(first))) heads.shift()
    }
    if (gathered.length > 0) yield gathered
  } finally {
    for (const head of heads) await head.stream.return(undefined)
  }
}

async function openDue(
  waiting: { stream: TimedStream; rank: number }[],
  heads: Head[],
  passedMs: number,
): Promise<void> {
  for (;;) {
    const next = waiting[0]
    const earliest = Math.min(...heads.map(timeOf))
    if (!next || (heads.length > 0 && next.stream.startsAt > earliest)) return
    waiting.shift()
    const head: Head = { rank: next.rank, stream: next.stream.open(), batch: [], at: 0 }
    if (!(await advance(head))) continue
    heads.push(head)
    if (timeOf(head) < passedMs) throw tooEarly(next.stream.label, timeOf(head))
  }
}

function tooEarly(label: string, timeMs: number): Failure {
  const time = new Date(timeMs).toISOString()
  const advice = 'sort the file by time'
  return new Failure('data_broken', `${label}: ${time} is earlier than all of its first rows`, {}, advice)
}

async function advance(head: Head): Promise<boolean> {
  do {
    const { value, done } = await head.stream.next()
    if (done) return false
    head.batch = value
    head.at = 0
  } while (head.batch.length === 0)
  return true
}

/** Where the run of the first stream ends that may be passed on before any other has its turn; at least one event. */
function runEnd(first: Head, second: Head | undefined, waitingStart: number): number {
  const { batch } = first
  const secondTime = second ? timeOf(second) : Number.POSITIVE_INFINITY
  const until = Math.min(secondTime, waitingStart)
  const shares = secondTime < waitingStart && second !== undefined && second.rank > first.rank
  const before = (event: MarketEvent) => event.timeMs < until || (shares && event.timeMs === until)
  if (before(batch[batch.length - 1]!)) return batch.length
  let end = first.at + 1
  while (end < batch.length && before(batch[end]!)) end++
  return end
}

const timeOf = (head: Head) => head.batch[head.at]!.timeMs
const byTime = (a: Head, b: Head) => timeOf(a) - timeOf(b) || a.rank - b.rank
