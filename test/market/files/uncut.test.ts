/** Trades that stay in the text of their file until somebody asks: nobody can tell them from trades with texts of their own. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { openData } from '../../../src/market/files/open'
import { RecordWriter } from '../../../src/sandbox/records'
import type { MarketEvent } from '../../../src/schema/events'
import { Mark } from '../../../src/trading/accounts/marks'
import { folder, written } from '../folder'

const digits = (most: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most }).map((list) => list.join(''))
const amount = fc.tuple(fc.integer({ min: 1, max: 9 }), digits(14), fc.option(digits(9)))
const decimal = amount.map(([first, more, part]) => `${first}${more}${part === null ? '' : `.${part}`}`)
const id = fc.constantFrom('7', 'a-b', 'Zürich', '取引', '"quoted, with a comma"', '12345678901234567890')
const rows = fc.array(fc.tuple(decimal, decimal, fc.constantFrom('buy', 'Sell'), id), { minLength: 3, maxLength: 40 })

/** Written alone and into too little room. */
function bytesOf(event: MarketEvent): string {
  const writer = new RecordWriter(8)
  writer.event(event)
  return Buffer.concat([writer.words.from(0), writer.from()]).toString('latin1')
}

test.each([
  ['timestamp,price,quantity,side', 3],
  ['timestamp,price,quantity,side,id', 4],
])('trades of %s have the same records, the same fields and the same price', async (header, columns) => {
  await using home = await folder()
  await fc.assert(
    fc.asyncProperty(rows, async (fields) => {
      const lines = fields.map((row, n) => `${1_700_000_000_000 + n},${row.slice(0, columns).join(',')}`)
      const path = await home.write('trades.csv', `${[header, ...lines].join('\n')}\n`)
      await using feed = await openData([path], { provider: 'file', symbol: 'BTC-USDT' })
      const events: MarketEvent[] = []
      for await (const batch of feed.batches()) events.push(...batch)
      const plain = events.map(written)
      expect(plain.map((event) => (event.type === 'Trade' ? event.payload.price : ''))).toEqual(
        fields.map(([price]) => price),
      )
      expect(plain.map(({ eventId }) => eventId)).toEqual(fields.map((_, n) => `file-${n + 1}`))
      expect(events.map(bytesOf)).toEqual(plain.map(bytesOf))
      expect(events.map((event) => new Mark(event).number)).toEqual(fields.map(([price]) => Number(price)))
    }),
    { numRuns: 40 },
  )
})
