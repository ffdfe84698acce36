/** How files are packed, what lies beside the data, and what stands behind it. */
import { expect, test } from 'bun:test'
import { Failure } from '../../../src/errors/failure'
import { folder, readData } from '../folder'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const HEADER = 'timestamp,price,quantity,side\n'
const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `${1_709_510_400_000 + from + n},5,1,buy\n`).join('')
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const gz = (text: string) => Bun.gzipSync(bytesOf(text))

test.each([
  ['zeros behind it', 3, () => joined(gz(HEADER + rows(3)), new Uint8Array(512))],
  ['more zeros than are read at once', 3, () => joined(gz(HEADER + rows(3)), new Uint8Array(3_000_000))],
  ['several members', 6, () => joined(gz(HEADER + rows(3)), gz(rows(3, 3)))],
  ['several members and zeros', 6, () => joined(gz(HEADER + rows(3)), gz(rows(3, 3)), new Uint8Array(9))],
  ['many rows and zeros', 200_000, () => joined(gz(HEADER + rows(200_000)), new Uint8Array(100_000))],
])('a gzip with %s is read whole', async (_, count, bytes) => {
  await using at = await folder()
  const path = await at.write('a.csv.gz', bytes())
  const { events, sources, progress } = await readData([path])
  expect(events).toHaveLength(count)
  expect(sources[0]!.sha256).toBe(new Bun.CryptoHasher('sha256').update(bytes()).digest('hex'))
  expect(progress.bytesRead).toBeLessThanOrEqual(progress.bytesTotal)
})

test.each([
  [
    'a tar archive',
    () => joined(bytesOf('a.csv'.padEnd(257, '\0')), bytesOf('ustar'), new Uint8Array(300)),
    'is a tar',
  ],
  ['a gzip once more', () => gz(HEADER + rows(2)), 'is packed twice; unpack it first'],
  ['UTF-16', () => joined(new Uint8Array([255, 254]), bytesOf('t\0i\0')), 'is UTF-16 text; save it as UTF-8'],
  ['a Feather file that is cut', () => bytesOf('ARROW1\0\0'), 'cannot be read: it is cut short'],
])('%s inside a gzip is named', async (_, inside, says) => {
  await using at = await folder()
  const path = await at.write('a.gz', Bun.gzipSync(new Uint8Array(inside())))
  const failure = await readData([path]).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect((failure as Failure).message).toStartWith(`a.gz ${says}`)
})

test.each([
  '.DS_Store',
  '__MACOSX/._a.csv',
  'days/.hidden',
  'BTCUSDT-trades.csv.CHECKSUM',
  'a.csv.sha256',
  'Thumbs.db',
])('%s in a zip is nothing', async (name) => {
  await using at = await folder()
  const path = await at.zip('a.zip', { [name]: '\0\u0001 1,2,3', 'BTCUSDT-trades.csv': HEADER + rows(2) })
  const { events, problems, progress } = await readData([path])
  expect([events.length, problems]).toEqual([2, []])
  expect(progress.bytesRead).toBe(progress.bytesTotal)
})

test.each([
  ['README.txt', 'all times are of UTC\n'],
  ['LICENSE', '1,2,3: free for any use'],
  ['columns.html', '<td>1</td>,<td>2</td>'],
  ['logo.png', '\u0089PNG\0'],
  ['empty.csv', ''],
])('the note %s in a zip is passed over, and named', async (name, text) => {
  await using at = await folder()
  const path = await at.zip('a.zip', { [name]: text, 'BTCUSDT-trades.csv': HEADER + rows(2) })
  const { events, problems, progress } = await readData([path])
  expect([events.length, problems]).toEqual([2, [`a.zip: ${name} is no market data`]])
  expect(progress.bytesRead).toBe(progress.bytesTotal)
})

test.each([
  ['b.csv', '1,2\n3,4\n', 'a.zip: b.csv has an unknown layout'],
  ['days/b.csv', 'x;9;8;7\n', 'a.zip: days/b.csv has an unknown layout'],
  ['b.csv', `${HEADER}${rows(1)}1709510400001,oops,1,buy\n`, 'a.zip: b.csv, line 3: price "oops"'],
  ['b.csv.gz', '\u001f\0', 'a.zip: b.csv.gz is not a text file'],
])('%s among the data of a zip is refused by its name', async (name, text, says) => {
  await using at = await folder()
  const path = await at.zip('a.zip', { 'a.csv': HEADER + rows(2), [name]: text })
  expect(readData([path])).rejects.toThrow(says)
})

test('a zip that has notes alone is refused', async () => {
  await using at = await folder()
  const hidden = await at.zip('hidden.zip', { '.DS_Store': 'x' })
  expect(readData([hidden])).rejects.toThrow('hidden.zip is a zip without market data: it has .DS_Store')
  const notes = await at.zip('notes.zip', { 'README.txt': 'see the site', 'more.txt': 'nothing' })
  expect(readData([notes])).rejects.toThrow('notes.zip: README.txt has an unknown layout')
})

test.each([
  ['blanks', '   '],
  ['a tab', '\t\n'],
  ['separators, as spreadsheets leave them', ',,,\r\n,,,\r\n'],
  ['blanks between separators', ' , , , \n'],
  ['the end-of-file mark of DOS', '\u001a'],
])('a last line of %s is nothing', async (_, end) => {
  await using at = await folder()
  for (const text of [HEADER + rows(2), rows(2), `${HEADER}\n  \n${rows(2)}`]) {
    const { events, sources } = await readData([await at.write('a.csv', text + end)], { skipBadRows: true })
    expect([events.length, sources[0]!.badRows]).toEqual([2, 0])
  }
  if (end.includes(',')) return
  const message = '{"e":"trade","E":1704067200001,"s":"BTCUSDT","t":7,"p":"9.5","q":"2","T":1704067200000,"m":false}\n'
  expect((await readData([await at.write('a.txt', message + end)])).events).toHaveLength(1)
})
