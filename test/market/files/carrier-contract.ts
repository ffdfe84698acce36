/** What the files that data lie in promise, and the ways to pack them, whatever the data's format is. */
import { describe, expect, test } from 'bun:test'
import { REFUSED, type Refused } from '../../../src/market/files/sniffing'
import { skipped } from '../../skipped'
import { folder, readData } from '../folder'
import { type Carrier, PACKINGS, type Packing, PLAIN_CSV } from './format-carriers'
import { MANY, many, outcomeOf, placesIn, readWhole, refused, START_MS } from './format-outcomes'

/** One carrier that is read in a way of its own, with a row of the suite for each promise. */
export function carrierContract(carrier: Carrier): void {
  const name = `BTC-USDT${carrier.suffix}`
  const { endless } = carrier

  describe(carrier.name, () => {
    if (endless !== undefined) skipped('is refused wherever it is cut', endless)
    else {
      test('is refused wherever it is cut', async () => {
        const whole = carrier.write(many(300))
        const last = new TextDecoder().decode(whole.slice(-1)) === '\n' ? 1 : 0
        for (const place of placesIn(whole.length - last)) await refused(`cut at ${place}`, name, whole.slice(0, place))
      })
    }
    if (endless !== undefined) {
      test('cut within a row is refused, or read up to there', async () => {
        const columns = many(40)
        const whole = carrier.write(columns)
        const { events } = await readWhole('whole', name, whole)
        for (const place of placesIn(whole.length)) {
          const outcome = await outcomeOf(name, whole.slice(0, place))
          if ('failure' in outcome) continue
          const read = outcome.read.events
          expect([place, JSON.stringify(read)]).toEqual([place, JSON.stringify(events.slice(0, read.length))])
        }
      })
    }

    test('with rows that are a little out of order, or the newest first, tells the same', async () => {
      const { events } = await readWhole('in order', name, carrier.write(many()))
      expect(events).toHaveLength(MANY)
      const told = (read: typeof events) =>
        JSON.stringify(read.map(({ timeMs, payload }) => [timeMs, { ...(payload as object), tradeId: '' }]))
      for (const [what, order] of [
        ['neighbours swapped', (i: number) => i ^ 1],
        ['the newest first', (i: number) => MANY - 1 - i],
      ] as const) {
        const read = await readWhole(what, name, carrier.write(many(MANY, order)))
        expect(`${what} ${told(read.events)}`).toBe(`${what} ${told(events)}`)
      }
    })

    test('with a row far out of order is refused', async () => {
      const failure = await refused('far', name, carrier.write(many(MANY, (i) => (i === MANY - 1 ? 1 : i + 5))))
      expect([failure.code, failure.message]).toEqual(['data_broken', expect.stringContaining('sort the file by time')])
    })

    test('with a row twice tells a trade twice, and refuses the second candle, or counts it', async () => {
      const twice = (i: number) => (i > 5 ? i - 1 : i)
      expect((await readWhole('trades', name, carrier.write(many(10, twice)))).events).toHaveLength(10)
      const bars = Object.fromEntries(
        ['timestamp', 'open', 'high', 'low', 'close', 'volume'].map((column, at) => [
          column,
          Array.from({ length: 10 }, (_, i) => (at === 0 ? String(START_MS + 60_000 * twice(i)) : '1.5')),
        ]),
      )
      expect((await refused('candles', name, carrier.write(bars))).message).toContain('a second candle')
      const { sources } = await readWhole('skipped', name, carrier.write(bars), { skipBadRows: true })
      expect(sources).toMatchObject([{ rows: 9, badRows: 1 }])
    })

    test('without rows is refused, however it is packed', async () => {
      const none = Object.fromEntries(Object.keys(many(1)).map((column) => [column, []]))
      for (const packing of Object.values(PACKINGS).flat()) {
        for (const bytes of [carrier.write(none), new Uint8Array()]) {
          await refused(packing.name, name + packing.suffix, await packing.pack(name, bytes))
        }
      }
    })

    if (carrier.split === 'rows') {
      skipped('with a part of it overwritten is refused', 'its bytes have no checksum')
    } else
      test('with a part of it overwritten is refused, or read row by row', async () => {
        const whole = carrier.write(many(300))
        const { events } = await readWhole('whole', name, whole)
        for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
          const holed = new Uint8Array(whole)
          const at = Math.floor(whole.length * part)
          holed.fill(0, at, at + 40)
          const outcome = await outcomeOf(name, holed)
          const kept = 'failure' in outcome || JSON.stringify(outcome.read.events) === JSON.stringify(events)
          expect([part, kept]).toEqual([part, true])
        }
      })

    test('is read in slices, and a slice is the last one when it is told to stop', async () => {
      const bytes = carrier.write(many(20_000))
      for (const { name: how, suffix, pack } of [PACKINGS.plain[0], PACKINGS.gzip[0], PACKINGS.zip[0]]) {
        await using at = await folder()
        const path = await at.write(name + suffix, await pack(name, bytes))
        const slices: number[] = []
        const live = (most: number) => ({
          afterPiece: async (characters: number) => {
            slices.push(characters)
            if (slices.length === most) throw new Error('enough')
          },
        })
        expect((await readData([path], { live: live(Number.POSITIVE_INFINITY) })).events).toHaveLength(20_000)
        const all = slices.splice(0).length
        expect([how, all > 1]).toEqual([how, true])
        const stopped = await readData([path], { live: live(2) }).catch((error: Error) => error.message)
        expect([how, stopped, slices.length, Math.max(...slices) <= 1 << 20]).toEqual([how, 'enough', 2, true])
      }
    })
  })
}

/** What a packing promises, whatever lies in it. */
export function packingContract({ name: how, suffix, pack }: Packing): void {
  describe(how, () => {
    const name = `BTC-USDT.csv${suffix}`
    const packed = () => pack('BTC-USDT.csv', PLAIN_CSV.write(many(300)))

    test('is refused wherever it is cut', async () => {
      const whole = await packed()
      const { events } = await readWhole('whole', name, whole)
      for (const place of placesIn(whole.length)) {
        const outcome = await outcomeOf(name, whole.slice(0, place))
        if ('failure' in outcome) expect([place, outcome.failure.hint]).toEqual([place, expect.stringMatching(/.{10}/)])
        else expect([place, outcome.read.events.length]).toEqual([place, events.length])
      }
    })

    test('is refused when bytes of it are others', async () => {
      const whole = await packed()
      const { events } = await readWhole('whole', name, whole)
      for (const place of placesIn(whole.length)) {
        const changed = new Uint8Array(whole)
        changed[place]! ^= 0x55
        const outcome = await outcomeOf(name, changed)
        if ('read' in outcome)
          expect([place, JSON.stringify(outcome.read.events)]).toEqual([place, JSON.stringify(events)])
      }
    })
  })
}

/** Times that name no zone are of the one that is asked for, in whatever file they lie. */
export function zoneContract(carriers: readonly Carrier[]): void {
  test.each(carriers.map(({ name }) => name))(
    'times without a zone are of the zone that is named: %s',
    async (name) => {
      const { suffix, write } = carriers.find((one) => one.name === name)!
      const { timestamp, ...columns } = many(4)
      const time = timestamp.map((ms) => new Date(Number(ms)).toISOString().slice(0, 19).replace('T', ' '))
      const read = await readWhole(name, `BTC-USDT${suffix}`, write({ time, ...columns }), {
        timezone: 'America/New_York',
      })
      expect(read.events.map(({ timeMs }) => timeMs)).toEqual(Array(4).fill(START_MS + 5 * 3_600_000))
    },
  )
}

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))
/** What is no market data by its first bytes, of each kind that is told from others. */
const FOREIGN: Readonly<Record<Refused, Uint8Array<ArrayBuffer>>> = {
  gzip: Bun.gzipSync('timestamp,price\n'),
  zip: bytes('PK\x03\x04 and so on'),
  zstd: new Uint8Array(Bun.zstdCompressSync('timestamp,price\n')),
  lz4: bytes('\x04\x22\x4d\x18\x40\x40\xc0'),
  bzip2: bytes('BZh91AY&SY\x01\x02'),
  xz: bytes('\xfd7zXZ\0\0\x04'),
  feather1: bytes('FEA1\0\0\0\0'),
  stream: bytes('\xff\xff\xff\xff\x78\0\0\0'),
  encrypted: bytes('PARE\x01'),
  tar: bytes(`${'a.csv'.padEnd(257, '\0')}ustar`),
  utf16: bytes('\xff\xfet\0i\0'),
  binary: bytes('\x01\x02\x03\0'),
}

/** What is told from data by its first bytes is named, with what to do, also where it is packed. */
export function foreignContract(): void {
  test('every kind of file that is no market data is in the suite', () => {
    expect(Object.keys(FOREIGN).toSorted()).toEqual(Object.keys(REFUSED).toSorted())
  })
  test.each(Object.keys(FOREIGN) as Refused[])(
    'a file of %s is refused in its own words, also inside of another',
    async (what) => {
      for (const { name: how, suffix, pack } of [PACKINGS.plain[0], PACKINGS.gzip[0], PACKINGS.zip[0]]) {
        if (suffix === '' && (what === 'gzip' || what === 'zip')) continue
        const failure = await refused(how, `a.csv${suffix}`, await pack('a.csv', FOREIGN[what]))
        expect([how, failure.code, failure.message]).toEqual([
          how,
          'data_unrecognised',
          `a.csv${suffix} ${REFUSED[what]}`,
        ])
      }
    },
  )
}
