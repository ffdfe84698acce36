/** What is known of a feed before it is read, and what is told of files that cannot be read to those who did not put them there. */
import { describe, expect, test } from 'bun:test'
import { openData } from '../../../src/market/files/open'
import { type Folder, folder, only, readData } from '../folder'

const START = Date.UTC(2024, 0, 1)
const HEAD = 'timestamp,price,quantity,side\n'
const CANDLES = 'timestamp,open,high,low,close,volume\n'
const trade = (ms: number, price = '1') => `${START + ms},${price},1,buy\n`
const candle = (ms: number) => `${START + ms},1,2,1,2,5\n`
const MINUTE = 60_000

/** Opens files, given by their texts. */
async function feedOf(at: Folder, texts: Record<string, string>) {
  const paths = await Promise.all(Object.entries(texts).map(([name, text]) => at.write(name, text)))
  return await openData(paths, { provider: 'tape' })
}

describe('a feed', () => {
  const minutes = CANDLES + [0, 1, 2].map((n) => candle(n * MINUTE)).join('')
  const fives = CANDLES + [0, 1, 2].map((n) => candle(n * 5 * MINUTE)).join('')
  const one = `${START + 1},1,2,1,2,5,${START + 3_600_000},1,1,1,1,0\n`

  test.each([
    ['the shortest candles', { 'A.csv': fives, 'B.csv': minutes }, MINUTE],
    ['the shortest candles, whatever comes first', { 'A.csv': minutes, 'B.csv': fives }, MINUTE],
    ['its only candle, by its end', { 'A.csv': one }, 3_600_000],
    ['no candles', { 'A.csv': HEAD + trade(0) }, 0],
  ])('tells the length of %s', async (_, texts, intervalMs) => {
    await using at = await folder()
    await using feed = await feedOf(at, texts as Record<string, string>)
    expect(feed.intervalMs).toBe(intervalMs)
  })

  test('is of the richest kind that its files have, in whatever order', async () => {
    await using at = await folder()
    const texts = {
      trades: HEAD + trade(0),
      quotes: `timestamp,bid,ask\n${START},1,2\n`,
      books: `timestamp,side,price,size,update_type\n${START},bid,1,1,set\n`,
    }
    for (const [names, kind] of [
      [['trades'], 'trades'],
      [['trades', 'quotes'], 'quotes'],
      [['quotes', 'trades'], 'quotes'],
      [['books', 'quotes', 'trades'], 'books'],
      [['trades', 'books'], 'books'],
      [['quotes', 'books'], 'books'],
    ] as const) {
      await using feed = await feedOf(at, Object.fromEntries(names.map((name) => [`X-${name}.csv`, texts[name]])))
      expect([names, feed.kind]).toEqual([names, kind])
    }
  })

  test('knows all of its symbols unless rows name them', async () => {
    await using at = await folder()
    await using known = await feedOf(at, { 'A.csv': HEAD + trade(0), 'B.csv': HEAD + trade(0) })
    expect([known.symbolsKnown, known.symbols]).toEqual([true, ['A', 'B']])
    const named = 'timestamp,symbol,price,quantity,side\n'
    await using met = await feedOf(at, { 'A.csv': HEAD + trade(0), 'b.csv': `${named}${START},BTCUSDT,1,1,buy\n` })
    expect([met.symbolsKnown, met.symbols]).toEqual([false, ['A', 'BTC-USDT']])
    expect(met.instrument('BTC-USDT')).toMatchObject({ venue: 'tape', quoteCurrency: 'USDT' })
  })

  test('counts what it has read of all its bytes', async () => {
    await using at = await folder()
    await using feed = await feedOf(at, { 'A.csv': HEAD + trade(0), 'B.csv': HEAD + trade(1) })
    expect(feed.progress).toEqual({ bytesRead: 0, bytesTotal: 2 * (HEAD + trade(0)).length })
    for await (const _ of feed.batches());
    expect(feed.progress.bytesRead).toBe(feed.progress.bytesTotal)
  })
})

describe('files are merged in the order of time', () => {
  const times = ({ events }: Awaited<ReturnType<typeof readData>>) => events.map(({ timeMs }) => timeMs - START)

  test('where one of them begins with its newest row and goes on far behind its head', async () => {
    await using at = await folder()
    const newest = Array.from({ length: 4000 }, (_, n) => trade(10_000 - n)).join('')
    const paths = [await at.write('A.csv', HEAD + trade(1) + trade(6100)), await at.write('B.csv', HEAD + newest)]
    const read = times(await readData(paths))
    expect(read).toHaveLength(4002)
    expect(read).toEqual(read.toSorted((a, b) => a - b))
  })

  test('where the head of one of them tells no time', async () => {
    await using at = await folder()
    const broken = 'x,1,1,buy\n'.repeat(8000)
    const paths = [
      await at.write('A.csv', HEAD + trade(1) + trade(9)),
      await at.write('B.csv', HEAD + broken + trade(5)),
    ]
    expect(times(await readData(paths, { skipBadRows: true }))).toEqual([1, 5, 9])
  })
})

test('a quarter that is nearer than quarters are contradicts them, however far behind the head', async () => {
  await using at = await folder()
  const row = (month: number) => `${new Date(Date.UTC(1900, month, 1)).toISOString()},1,2,1,2,5,${'x'.repeat(500)}\n`
  const rows = Array.from({ length: 200 }, (_, n) => row(3 * n)).join('')
  const text = CANDLES.replace('\n', ',note\n') + rows
  expect((await readData([await at.write('A.csv', text)])).events).toHaveLength(200)
  const path = await at.write('A.csv', text + row(598))
  expect(readData([path])).rejects.toThrow(/^A\.csv, line 202: it opens \d+d after the candle before it: /)
})

test.each([5, 6, 7])('where nothing is left of %d files at most five are told with what they have', async (count) => {
  await using at = await folder()
  const paths = await Promise.all(Array.from({ length: count }, (_, n) => at.write(`F${n}.csv`, HEAD + trade(n))))
  const { message } = await readData(paths, { from: Date.UTC(2030, 0, 1) }).then(
    () => new Error('read'),
    (error: Error) => error,
  )
  const told = Array.from({ length: 5 }, (_, n) => {
    const time = new Date(START + n).toISOString()
    return `F${n}.csv has ${time} to ${time}`
  })
  if (count > 5) told.push(`and ${count - 5} more files`)
  expect(message).toBe(`the data have no row in the time asked for: ${told.join(', ')}`)
})

test('a problem is told in three hundred characters, and of a thousand broken rows no more are looked at', async () => {
  await using at = await folder()
  const said = async (rows: string) => {
    const path = await at.write('A.csv', HEAD + rows)
    return await readData([path]).then(
      () => ({ message: 'read', hint: '' }),
      (error: { message: string; hint: string }) => error,
    )
  }
  const price = (length: number) => said(`${trade(0)}${trade(1)}${START},${'x'.repeat(length)},1,buy\n`)
  const around = 'price "" is not a number of 0 or more'.length
  const exact = await price(300 - around)
  expect(exact.message).toBe(`A.csv, line 4: price "${'x'.repeat(300 - around)}" is not a number of 0 or more`)
  const longer = await price(301 - around)
  expect(longer.message).toBe(`${exact.message.replace('price "', 'price "x').slice(0, -1)}…`)
  const broken = `x,1,1,buy\n`
  expect((await said(broken.repeat(999))).hint).toStartWith('all of its first 999 rows are broken')
  expect((await said(broken.repeat(1500))).hint).toStartWith('all of its first 1000 rows are broken')
})

describe('to whoever did not put the files there', () => {
  const refusal = async (text: string, name = 'A.csv') => {
    await using at = await folder()
    const path = await at.write(name, text)
    const live = { afterPiece: async () => undefined }
    return await readData([path], { live }).then(
      ({ sources }) => sources[0]!.sha256,
      (error: Error) => error.message,
    )
  }
  const unknown = (seen: string) => expect.stringContaining(`has an unknown layout: it has ${seen}; expected`)

  test.each([
    ['time,open,hunter2\n1,2,3\n', 'the columns time, open'],
    ['hunter2,owner\n1,2\n', 'no columns of known names'],
    ['hunter2;1\n1;2\n', 'no columns of known names'],
    ['{"password":"hunter2"}\n', 'other JSON'],
    ['[["hunter2"]]', 'other JSON'],
  ])('of %j no more is told than %s', async (text, seen) => expect(await refusal(text)).toEqual(unknown(seen)))

  test('of rows no more is told than what is wrong, and no digest is taken', async () => {
    const sound = HEAD + trade(0) + trade(1)
    expect(await refusal(`${sound}hunter2,1,1,buy\n`)).toBe('A.csv, line 4: time … is not understood')
    expect(await refusal(`${sound}${trade(2).replace('buy', 'hunter2')}`)).toBe(
      'A.csv, line 4: side … is neither buy nor sell',
    )
    expect(await refusal(sound)).toBe('')
  })

  test('others are told what was seen, cut where it is long', async () => {
    await using at = await folder()
    const said = async (text: string) =>
      ((await readData([await at.write('A.csv', text)]).catch((error: Error) => error)) as Error).message
    const words = Array.from({ length: 13 }, (_, n) => `word${String.fromCharCode(97 + n)}`)
    expect(await said(`${words.join(',')}\n`)).toContain(
      `it has the columns ${words.slice(0, 12).join(', ')}; expected`,
    )
    expect(await said(`${'x'.repeat(300)},y\n`)).toContain(`it has the columns ${'x'.repeat(200)}; expected`)
    expect(await said(`\n \n{"a":"${'x'.repeat(100)}"}\n`)).toContain(
      `it has JSON that begins with {"a":"${'x'.repeat(54)}; expected`,
    )
    expect(await said('1|2;3|4\n')).toContain('it has no header and the fields 1, 2;3, 4; expected')
  })
})

test('events are of the piece that was read when it was read, each with what follows of it', async () => {
  await using at = await folder()
  const path = await at.write('A.csv', HEAD + Array.from({ length: 30_000 }, (_, n) => trade(n)).join(''))
  const pieces: number[] = []
  const { events } = await readData([path], {
    live: { afterPiece: async (characters) => void pieces.push(characters) },
  })
  expect(only(events, 'Trade')).toHaveLength(30_000)
  expect(pieces.reduce((sum, count) => sum + count)).toBe((await Bun.file(path).text()).length)
  expect(readData([path], { live: { afterPiece: () => Promise.reject(new Error('enough')) } })).rejects.toThrow(
    'enough',
  )
})

/** A zip of so many entries, all of them the same empty file under a hidden name. */
function zipOf(count: number): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode('.x')
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50)
  local.writeUInt16LE(20, 4)
  local.writeUInt16LE(name.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50)
  central.writeUInt16LE(20, 4)
  central.writeUInt16LE(20, 6)
  central.writeUInt16LE(name.length, 28)
  const entries = Array.from({ length: count }, () => [central, name]).flat()
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(count * (46 + name.length), 12)
  end.writeUInt32LE(30 + name.length, 16)
  return new Uint8Array(Buffer.concat([local, name, ...entries, end]))
}

test('a zip has ten thousand files at most', async () => {
  await using at = await folder()
  expect(readData([await at.write('most.zip', zipOf(10_000))])).rejects.toThrow(
    'most.zip is a zip without market data: it has .x',
  )
  expect(readData([await at.write('more.zip', zipOf(10_001))])).rejects.toThrow(
    'more.zip has more than 10000 files; unpack it and name those to read',
  )
})
