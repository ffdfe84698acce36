/** A folder of market data that is gone at the end of the test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js'
import { type DataOptions, openData } from '../../src/market/files/open'
import type { MarketEvent } from '../../src/schema/events'

export interface Folder extends AsyncDisposable {
  readonly path: string
  write(name: string, content: string | Uint8Array<ArrayBuffer>): Promise<string>
  gzip(name: string, content: string): Promise<string>
  zip(name: string, entries: Record<string, string | Uint8Array<ArrayBuffer>>): Promise<string>
}

export async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'meltica-market-'))
  const write = async (name: string, content: string | Uint8Array<ArrayBuffer>) => {
    await Bun.write(join(path, name), content)
    return join(path, name)
  }
  return {
    path,
    write,
    gzip: (name, content) => write(name, Bun.gzipSync(new TextEncoder().encode(content))),
    zip: async (name, entries) => {
      const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false })
      for (const [entry, content] of Object.entries(entries)) {
        await writer.add(entry, typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content))
      }
      return await write(name, new Uint8Array(await (await writer.close()).arrayBuffer()))
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** Everything that the files hold. */
export async function readData(paths: readonly string[], options: Partial<DataOptions> = {}) {
  await using feed = await openData(paths, { provider: 'data', ...options })
  const events: MarketEvent[] = []
  for await (const batch of feed.batches()) events.push(...batch.map(written))
  const { kind, symbols, sources, problems, progress } = feed
  return { kind, symbols, sources, problems, progress, events }
}

/** With its own properties alone, and the payload that it is asked for. */
export function written(event: MarketEvent): MarketEvent {
  if (event.type !== 'Trade') return event
  const { eventId, provider, symbol, sequence, timeMs, type, payload } = event
  return { eventId, provider, symbol, sequence, timeMs, type, payload }
}

/** The events of one type. */
export const only = <T extends MarketEvent['type']>(events: readonly MarketEvent[], type: T) =>
  events.filter((event): event is Extract<MarketEvent, { type: T }> => event.type === type)

export const isoTimes = (events: readonly MarketEvent[]) => events.map((event) => new Date(event.timeMs).toISOString())
