/** Files of trades, quotes or books that cover the same time. */
import { expect, test } from 'bun:test'
import { folder, readData } from '../folder'

const T0 = 1_704_067_200_000
const TRADES = 'timestamp,id,price,qty,side\n'
const trade = (ms: number, id: number, price = 100) => `${T0 + ms},${id},${price},1,buy\n`

test('files of trades that overlap are refused with both names and from when on, or read once', async () => {
  await using at = await folder()
  const rows = Array.from({ length: 40 }, (_, n) => trade(1000 * n, n))
  const a = await at.write('BTC-USDT-a.csv', TRADES + rows.slice(0, 30).join(''))
  const b = await at.write('BTC-USDT-b.csv', TRADES + rows.slice(20).join(''))
  for (const files of [
    [a, b],
    [b, a],
  ]) {
    const names = files.map((path) => path.replace(/.*\//, ''))
    expect(readData(files)).rejects.toThrow(
      `${names[1]} overlaps with ${names[0]}: both have trades of BTC-USDT from 2024-01-01T00:00:20.000Z on`,
    )
  }
  const { events, sources } = await readData([a, b], { skipBadRows: true })
  expect(events.map(({ timeMs }) => timeMs)).toEqual(rows.map((_, n) => T0 + 1000 * n))
  expect(sources.map(({ rows, badRows }) => [rows, badRows])).toEqual([
    [30, 0],
    [10, 10],
  ])
  const before = await readData([a, b], { to: T0 + 20_000 })
  expect(before.events).toHaveLength(20)
})

test('one row that is in two files is noticed by its id, and without ids as soon as the files overlap', async () => {
  await using at = await folder()
  const a = await at.write('BTC-USDT-a.csv', TRADES + trade(0, 1) + trade(5, 2))
  const b = await at.write('BTC-USDT-b.csv', TRADES + trade(5, 2) + trade(9, 3))
  expect(readData([a, b])).rejects.toThrow('both have trades of BTC-USDT from 2024-01-01T00:00:00.005Z on')
  const bare = (...times: number[]) => `timestamp,price,qty\n${times.map((ms) => `${T0 + ms},100,1\n`).join('')}`
  const c = await at.write('ETH-USDT-c.csv', bare(0, 1, 2, 3))
  const d = await at.write('ETH-USDT-d.csv', bare(2, 3, 4, 5, 6))
  expect(readData([c, d])).rejects.toThrow('both have trades of ETH-USDT from 2024-01-01T00:00:00.002Z on')
})

test('files whose rows cover the same time are refused even when no row is the same', async () => {
  await using at = await folder()
  const every = (from: number, ids: number) => Array.from({ length: 30 }, (_, n) => trade(from + 10_000 * n, ids + n))
  const a = await at.write('BTC-USDT-a.csv', TRADES + every(0, 0).join(''))
  const b = await at.write('BTC-USDT-b.csv', TRADES + every(5000, 100).join(''))
  expect(readData([a, b])).rejects.toThrow(
    'BTC-USDT-b.csv overlaps with BTC-USDT-a.csv: both have trades of BTC-USDT from 2024-01-01T00:00:05.000Z on',
  )
})

test('quotes that overlap are refused as well', async () => {
  await using at = await folder()
  const quotes = (...ms: number[]) =>
    `timestamp,bid,ask\n${ms.map((at) => `${T0 + at},${100 + at / 1000},${101 + at / 1000}\n`).join('')}`
  const a = await at.write('BTC-USDT-a.csv', quotes(0, 1000, 2000, 3000))
  const b = await at.write('BTC-USDT-b.csv', quotes(2000, 3000, 4000))
  expect(readData([a, b])).rejects.toThrow('both have quotes of BTC-USDT from 2024-01-01T00:00:02.000Z on')
})

test('files that meet at a moment, rows that were written late, and other symbols and kinds are no overlap', async () => {
  await using at = await folder()
  const write = (name: string, ...rows: string[]) => at.write(name, TRADES + rows.join(''))
  const a = await write('BTC-USDT-a.csv', trade(0, 1), trade(5, 2), trade(5, 3))
  const b = await write('BTC-USDT-b.csv', trade(5, 4), trade(5, 5), trade(9, 6))
  for (const files of [
    [a, b],
    [b, a],
  ])
    expect((await readData(files)).events).toHaveLength(6)
  const late = await write('BTC-USDT-c.csv', trade(8, 7, 99), trade(3000, 8), trade(4000, 9))
  expect((await readData([b, late])).events).toHaveLength(6)
  const other = await write('ETH-USDT-a.csv', trade(0, 1), trade(5, 2), trade(5, 3))
  expect((await readData([a, other])).events).toHaveLength(6)
  const quotes = await at.write('BTC-USDT-q.csv', `timestamp,bid,ask\n${T0},100,101\n${T0 + 5},100,101\n`)
  expect((await readData([a, quotes])).events).toHaveLength(5)
})
