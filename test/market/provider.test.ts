/** The contract of providers, over every adapter that there is. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adaptersOf } from '../../src/market/adapters'
import { type ProviderEntry, providerContract } from './provider-contract'

const replayDirectory = mkdtempSync(join(tmpdir(), 'meltica-providers-'))
afterAll(() => rmSync(replayDirectory, { recursive: true }))
const put = (name: string, text: string) => writeFileSync(join(replayDirectory, name), text)

const HEAD = 'timestamp,symbol,price,quantity,side\n'
const BEGIN_MS = Date.UTC(2024, 0, 1)
const trades = (count: number) =>
  Array.from({ length: count }, (_, n) => `${BEGIN_MS + n},${n % 2 ? 'ETH' : 'BTC'}USDT,${n + 1},2,buy\n`).join('')
put('finite.csv', HEAD + trades(40))
put('endless.csv', HEAD + trades(50_000))
put('broken.csv', `${HEAD}yesterday,BTCUSDT,1,2,buy\n`)

const ENTRIES: Readonly<Record<string, ProviderEntry>> = {
  sim: {
    symbols: ['BTC-USDT', 'ETH-USDT'],
    unknown: ['btc usdt', 'BTC', '-USDT', 'BTC-', 'A-B-C', '../x', 'A2345678901234Z90-USDT', 'BTC-A2345678901234Z90'],
    finite: { speed: 0, maxEvents: 2000 },
    endless: { speed: 0 },
    wrong: {
      seed: 1.5,
      intervalMs: 0,
      volatility: 1,
      startPrice: -1,
      klineMs: 0.5,
      speed: Number.POSITIVE_INFINITY,
      maxEvents: -1,
    },
    failing: { skipped: 'it needs nothing that could be missing or broken' },
    anew: { skipped: 'its market goes on and is no recording: finished, it stays so' },
  },
  replay: {
    symbols: ['BTC-USDT', 'ETH-USDT'],
    unknown: ['SOL-USDT', 'BTCUSD'],
    finite: { file: 'finite.csv', speed: 0 },
    endless: { file: 'endless.csv', speed: 0 },
    wrong: { file: '', timezone: 'Mars/Olympus', format: 'cvs', speed: -1 },
    failing: {
      config: { file: 'broken.csv', speed: 0 },
      reason: 'broken.csv, line 2: time … is not understood',
      mend: async () => put('broken.csv', HEAD + trades(3)),
    },
    anew: true,
  },
}

const ADAPTERS = adaptersOf({ replayDirectory })

test('every adapter is in the suite', () => {
  expect(Object.keys(ENTRIES).toSorted()).toEqual(ADAPTERS.map(({ identifier }) => identifier).toSorted())
})

for (const adapter of ADAPTERS) {
  const entry = ENTRIES[adapter.identifier]
  if (entry) providerContract(adapter, entry)
}
