/** Several streams as one, in the order of time. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { merge, type TimedStream } from '../../../src/market/files/merging'
import type { MarketEvent } from '../../../src/schema/events'

const event = (timeMs: number, symbol: string): MarketEvent => ({
  eventId: '',
  provider: 'data',
  symbol,
  sequence: 0,
  timeMs,
  type: 'Extension',
  payload: {},
})

interface Tape {
  readonly batches: readonly (readonly number[])[]
  readonly startsAt: number
}

/** Streams of events at these times; `open` are those that are being read. */
function streamsOf(tapes: readonly Tape[]) {
  const open = new Set<string>()
  const streams = tapes.map(({ batches, startsAt }, rank): TimedStream => {
    const label = `tape-${rank}`
    return {
      label,
      startsAt,
      async *open() {
        open.add(label)
        try {
          let number = 0
          for (const batch of batches) yield batch.map((timeMs) => event(timeMs, `${rank}.${number++}`))
        } finally {
          open.delete(label)
        }
      },
    }
  })
  return { streams, open }
}

async function merged(...tapes: Tape[]): Promise<string[]> {
  const { streams, open } = streamsOf(tapes)
  const told: string[] = []
  for await (const batch of merge(streams)) {
    expect(batch.length).toBeGreaterThan(0)
    told.push(...batch.map(({ timeMs, symbol }) => `${timeMs}:${symbol}`))
  }
  expect([...open]).toEqual([])
  return told
}

/** By plain sorting. */
function sorted(...tapes: Tape[]): string[] {
  return tapes
    .flatMap(({ batches }, rank) => batches.flat().map((timeMs, number) => ({ timeMs, rank, number })))
    .sort((a, b) => a.timeMs - b.timeMs || a.rank - b.rank || a.number - b.number)
    .map(({ timeMs, rank, number }) => `${timeMs}:${rank}.${number}`)
}

const tape = fc
  .tuple(fc.array(fc.nat(12), { maxLength: 12 }), fc.array(fc.nat(12), { maxLength: 3 }), fc.nat(3))
  .map(([times, cuts, early]): Tape => {
    const ordered = times.sort((a, b) => a - b)
    const places = [0, ...cuts.map((cut) => Math.min(cut, ordered.length)).sort((a, b) => a - b), ordered.length]
    const first = ordered[0] ?? 0
    return {
      batches: places.slice(1).map((to, i) => ordered.slice(places[i]!, to)),
      startsAt: early === 3 ? Number.NEGATIVE_INFINITY : first - early,
    }
  })

test('events come in the order of time, at equal times in the order of the streams, and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(tape, { maxLength: 5 }), async (tapes) => {
      expect(await merged(...tapes)).toEqual(sorted(...tapes))
    }),
    { numRuns: 300 },
  )
})

test('of many events none is lost where they are passed on together', async () => {
  const times = (from: number) => Array.from({ length: 5000 }, (_, n) => from + 2 * n)
  const tapes = [0, 1].map((from): Tape => ({ batches: [times(from)], startsAt: from }))
  expect(await merged(...tapes)).toEqual(sorted(...tapes))
})

describe('a stream', () => {
  test('is opened no sooner than it is needed, and closed when nobody reads on', async () => {
    const { streams, open } = streamsOf([
      { batches: [Array.from({ length: 5000 }, (_, n) => n), [9000]], startsAt: 0 },
      { batches: [[9, 10], [9000]], startsAt: 9 },
      { batches: [[7000]], startsAt: 7000 },
    ])
    const reading = merge(streams)
    await reading.next()
    expect([...open]).toEqual(['tape-0', 'tape-1'])
    await reading.return(undefined)
    expect([...open]).toEqual([])
  })

  test('that begins before what was passed on already is refused by its name and time', async () => {
    const tapes = [
      { batches: [[1, 5, 9]], startsAt: 1 },
      { batches: [[3]], startsAt: 7 },
    ]
    expect(merged(...tapes)).rejects.toMatchObject({
      code: 'data_broken',
      message: 'tape-1: 1970-01-01T00:00:00.003Z is earlier than all of its first rows',
      hint: 'sort the file by time',
    })
    expect(await merged(tapes[0]!, { batches: [[5]], startsAt: 7 })).toEqual(
      sorted(tapes[0]!, { batches: [[5]], startsAt: 7 }),
    )
  })
})
