/**
 * Files of trades, quotes or books that cover the same time: their rows would be read twice, and every volume counted twice.
 * Where one file ends another may begin at the same moment, and venues write some rows late.
 */
import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../errors/failure'
import type { MarketEvent } from '../../schema/events'
import type { Tally } from './tally'

/** No row of a recording is written later than this; what covers more together is no border. */
const LATEST_MS = 60_000
const NAMES: Partial<Record<MarketEvent['type'], string>> = {
  Trade: 'trades',
  Ticker: 'quotes',
  BookSnapshot: 'books',
}

/** Events of one moment that a row is compared with. */
const MOST_COMPARED = 1000

/** What was seen of one text. */
interface Span {
  readonly text: number
  readonly firstMs: number
  lastMs: number
}

interface Found {
  readonly own: Span
  readonly other: Span
  /** It has the very row. */
  readonly isRow: boolean
}

/** Events of one kind of one symbol, in the order of time. */
class Track {
  private readonly spans = new Map<number, Span>()
  /** The text of the last event. */
  private owner: Span
  /** The events of the last moment. */
  private moment: MarketEvent[]
  /** They are of several texts. */
  private isMixed = false

  constructor(first: MarketEvent) {
    this.owner = spanAt(first)
    this.spans.set(this.owner.text, this.owner)
    this.moment = [first]
  }

  /** @returns the text that has the same row, or covers the same time; undefined for none. */
  see(event: MarketEvent): Found | undefined {
    const { sequence: text, timeMs } = event
    const { owner } = this
    if (timeMs > owner.lastMs) {
      this.moment = []
      this.isMixed = false
    }
    if (text === owner.text) {
      owner.lastMs = timeMs
      const twin = this.isMixed ? this.twinOf(event, owner) : undefined
      this.moment.push(event)
      return twin
    }
    const own = this.spans.get(text) ?? spanAt(event)
    own.lastMs = timeMs
    this.owner = own
    this.spans.set(text, own)
    this.isMixed = this.moment.length > 0
    const twin = this.twinOf(event, own)
    this.moment.push(event)
    if (twin) return twin
    const other = [...this.spans.values()].find((one) => one !== own && shared(own, one) > LATEST_MS)
    return other && { own, other, isRow: false }
  }

  private twinOf(event: MarketEvent, own: Span): Found | undefined {
    for (const before of this.moment.slice(-MOST_COMPARED)) {
      const other = this.spans.get(before.sequence)!
      if (other !== own && isTwin(before, event, overlap(own, other))) return { own, other, isRow: true }
    }
    return undefined
  }
}

const spanAt = ({ sequence: text, timeMs }: MarketEvent): Span => ({ text, firstMs: timeMs, lastMs: timeMs })

/** The time that two texts cover together so far, ms. */
const shared = (a: Span, b: Span): number => Math.min(a.lastMs, b.lastMs) - Math.max(a.firstMs, b.firstMs)

/** One does not merely begin when the other ends. */
const overlap = (a: Span, b: Span): boolean => a.firstMs < b.lastMs && b.firstMs < a.lastMs

/** @param overlaps the texts have more than one moment in common; else rows are the same by their ids alone. */
function isTwin(one: MarketEvent, other: MarketEvent, overlaps: boolean): boolean {
  if (one.type !== 'Trade' || other.type !== 'Trade') return overlaps && isDeepStrictEqual(one.payload, other.payload)
  const [a, b] = [one.payload, other.payload]
  if (a.price !== b.price || a.quantity !== b.quantity || a.side !== b.side) return false
  return overlaps || a.tradeId === b.tradeId
}

/**
 * Passes events on, but for rows that another file has had when broken rows are skipped.
 * @param batches in the order of time, the text of each event in its `sequence`.
 * @throws Failure data_broken naming both files and where they overlap.
 */
export async function* withoutOverlaps(
  batches: AsyncIterable<MarketEvent[]>,
  texts: readonly { readonly source: Tally }[],
  skipBadRows: boolean,
): AsyncGenerator<MarketEvent[]> {
  const tracks = new Map<string, Track>()
  let [track, symbol, type]: [Track | undefined, string, string] = [undefined, '', '']
  const isSecond = (event: MarketEvent): boolean => {
    if (track === undefined || symbol !== event.symbol || type !== event.type) {
      ;({ symbol, type } = event)
      const key = `${type} ${symbol}`
      track = tracks.get(key)
      if (track === undefined) {
        track = new Track(event)
        tracks.set(key, track)
        return false
      }
    }
    const found = track.see(event)
    if (found === undefined || (skipBadRows && !found.isRow)) return false
    const { own, other } = found
    const [file, first] = [own, other].map(({ text }) => texts[text]!.source)
    if (!skipBadRows) throw overlapping(event, [file!, first!], Math.max(own.firstMs, other.firstMs))
    file!.rows--
    file!.bad(
      `${file!.container.file}: ${first!.container.file} has the same row of ${symbol} at ${timeText(event.timeMs)}`,
    )
    return true
  }
  for await (const batch of batches) {
    const seconds = new Set(batch.filter(isSecond))
    yield seconds.size === 0 ? batch : batch.filter((event) => !seconds.has(event))
  }
}

function overlapping({ symbol, type }: MarketEvent, [file, first]: readonly [Tally, Tally], fromMs: number): Failure {
  const [a, b] = [first, file].map(({ container }) => container.file)
  const told =
    a === b
      ? `${a} has ${NAMES[type]} of ${symbol} twice`
      : `${b} overlaps with ${a}: both have ${NAMES[type]} of ${symbol}`
  const advice = 'leave one of the files out, or keep the first of two equal rows with --skip-bad-rows'
  return new Failure('data_broken', `${told} from ${timeText(fromMs)} on`, {}, advice)
}

const timeText = (ms: number): string => new Date(ms).toISOString()
