/** What every format of market data promises, in whatever file it lies. */
import { describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import type { FormatName } from '../../../src/market/files/formats'
import { PAYLOADS } from '../../../src/schema/events'
import { skipped } from '../../skipped'
import { folder, readData } from '../folder'
import { CARRIERS, type Carrier, KINDS, PACKINGS } from './format-carriers'
import { eventsOf } from './format-rows'
import type { Sample, TableSample, TextSample } from './format-samples'

const isTable = (sample: Sample): sample is TableSample => 'columns' in sample
const SYMBOL_FILE = 'BTC-USDT'

/** The sample reads to the events that it was written from, and to nothing else. */
async function expectRows(
  format: FormatName,
  sample: Sample,
  what: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
) {
  await using at = await folder()
  const path = await at.write(name, bytes)
  const { kind, symbols, sources, events } = await readData([path], sample.named ? { format } : {}).catch(
    (error: Error) => {
      throw new Error(`${what}: ${error.message}`)
    },
  )
  const seen = events.map((event) =>
    event.type === 'Trade' && !sample.ids ? { ...event, payload: { ...event.payload, tradeId: '' } } : event,
  )
  expect(`${what} ${JSON.stringify(seen)}`).toBe(`${what} ${JSON.stringify(eventsOf(sample))}`)
  expect([what, kind, symbols]).toEqual([what, sample.kind, [sample.symbol]])
  expect([what, sources.map((source) => [source.file, source.badRows, source.gaps])]).toEqual([what, [[name, 0, 0]]])
  for (const { type, payload } of events) expect([what, ...Value.Errors(PAYLOADS[type], payload)]).toEqual([what])
  return sources[0]!.format
}

/** Carriers in which a sample does not lie, with the reason. */
const skippedIn = (sample: TableSample, { split }: Carrier): string | undefined =>
  sample.named && split === 'objects' ? 'its columns are told by their places, and objects name theirs' : undefined

export function formatContract(format: FormatName, samples: readonly Sample[]): void {
  describe(format, () => {
    for (const sample of samples) if (isTable(sample)) inTables(format, sample)
    for (const sample of samples) if (!isTable(sample)) inText(format, sample)
  })
}

function inTables(format: FormatName, sample: TableSample): void {
  const what = `${sample.kind} of ${Object.keys(sample.columns).length} columns`
  const { file = SYMBOL_FILE, columns } = sample
  for (const reason of new Set(CARRIERS.flatMap((carrier) => skippedIn(sample, carrier) ?? []))) {
    skipped(`${what} in JSON`, reason)
  }
  test(`${what} read the same in every file, plain`, async () => {
    for (const carrier of CARRIERS) {
      if (skippedIn(sample, carrier) !== undefined) continue
      const read = await expectRows(format, sample, carrier.name, file + carrier.suffix, carrier.write(columns))
      expect([carrier.name, read]).toEqual([carrier.name, format])
    }
  })
  // How a file is packed knows nothing of its format: one of each kind of data is enough.
  if (!['ohlcv', 'trades', 'quotes', 'books'].includes(format)) return
  test(`${what} read the same however they are packed`, async () => {
    for (const carrier of KINDS) {
      if (skippedIn(sample, carrier) !== undefined) continue
      const name = file + carrier.suffix
      for (const packing of Object.values(PACKINGS).flat()) {
        const bytes = await packing.pack(name, carrier.write(columns))
        await expectRows(format, sample, `${carrier.name}, ${packing.name}`, name + packing.suffix, bytes)
      }
    }
  })
}

function inText(format: FormatName, sample: TextSample): void {
  const { kind, file, text, only } = sample
  skipped(`${kind} in other files`, only)
  test(`${kind} in a text of its own read the same, however it is packed`, async () => {
    for (const ending of ['', '\r\n']) {
      const bytes = new TextEncoder().encode(ending === '' ? text : text.replaceAll('\n', ending))
      for (const packing of Object.values(PACKINGS).flat()) {
        const packed = await packing.pack(file, bytes)
        const read = await expectRows(format, sample, packing.name, file + packing.suffix, packed)
        expect(read).toBe(format)
      }
    }
  })
}
