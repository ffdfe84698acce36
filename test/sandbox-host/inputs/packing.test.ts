/** Closed segments are packed: whoever reads them reads the same, whatever somebody was killed over, and damage is theirs alone. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evidenceOf } from '../../../src/protocol/evidence'
import { findSegment, packedFile, readSegment, segmentFile } from '../../../src/protocol/segment-files'
import { Packing, type PackingDeps } from '../../../src/sandbox-host/inputs/packing'
import { lacks } from '../../tools'
import { until } from '../../until'
import { Link } from './link'

const root = mkdtempSync(join(tmpdir(), 'meltica-packing-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const ECHO = 'let seen = 0; return { onTrade(ctx, evt, payload, price) { helpers.log(price, ++seen) } }'
/** Those of a log, in their order; what is written just now is none of it. */
const filesIn = (path: string) =>
  readdirSync(path)
    .filter((name) => /\.log(\.zst)?$/.test(name))
    .sort()
const arePacked = (path: string, ...segments: number[]) =>
  until(() => segments.every((one) => filesIn(path).join() !== '' && !filesIn(path).includes(nameOf(one))))
const nameOf = (segment: number) => `${String(segment).padStart(10, '0')}.log`
const [FIRST, SECOND, THIRD] = [nameOf(0), nameOf(1), nameOf(2)]

function flip(file: string, part: number): void {
  const bytes = readFileSync(file)
  bytes[Math.floor(bytes.length * part)]! ^= 0x10
  writeFileSync(file, bytes)
}

let copies = 0
const within = (name: string) => join(root, `${name}-${++copies}`)

describe('of a log of three segments', () => {
  /** As it lies there when the first two are packed. */
  const path = join(root, 'packed')
  let link: Link
  beforeAll(async () => {
    link = await Link.recording(path)
    await link.launch(1, ECHO)
    await link.trades(1)
    await link.fill()
    await link.trades(2)
    await link.fill()
    await link.launch(2, ECHO)
    await link.trades(3)
    await arePacked(path, 0, 1)
    link.die()
  })

  async function recovered(harm: (copy: string) => void) {
    const copy = within('copy')
    cpSync(path, copy, { recursive: true })
    harm(copy)
    const second = await Link.open({ known: link.stories })
    const answer = await second.recover(copy, second.kept(1), second.kept(2))
    second.goOn()
    await second.trades(4)
    return { copy, second, answer }
  }

  test('each is a tenth as long, and everybody goes on', async () => {
    expect(filesIn(path)).toEqual([`${FIRST}.zst`, `${SECOND}.zst`, THIRD])
    expect(readFileSync(join(path, `${FIRST}.zst`)).length).toBeLessThan(readSegment(path, 0).bytes.length / 10)
    const { copy, second, answer } = await recovered(() => undefined)
    expect(answer.lost).toEqual([])
    expect([1, 2].map((number) => second.story(number).lines)).toEqual([
      ['1 1', '2 2', '3 3', '4 4'],
      ['3 1', '4 2'],
    ])
    expect(filesIn(copy)).toEqual([`${FIRST}.zst`, `${SECOND}.zst`, THIRD])
  })

  test('whoever was killed over one has spoiled nothing, and it is packed again', async () => {
    const { copy, answer } = await recovered((copy) => {
      writeFileSync(segmentFile(copy, 0), readSegment(copy, 0).bytes)
      writeFileSync(packedFile(copy, 0), 'a part')
      writeFileSync(segmentFile(copy, 1), readSegment(copy, 1).bytes)
      renameSync(packedFile(copy, 1), `${packedFile(copy, 1)}.0.new`)
    })
    expect(answer.lost).toEqual([])
    await arePacked(copy, 0, 1)
    const files = readdirSync(copy).filter((name) => name.includes('.log'))
    expect(files.sort()).toEqual([`${FIRST}.zst`, `${SECOND}.zst`, THIRD])
    for (const segment of [0, 1]) expect(readSegment(copy, segment)).toEqual(readSegment(path, segment))
  })

  test.each([
    [
      'has a flipped bit',
      (file: string) => flip(file, 0.5),
      /^segment 1 of the log (is damaged at byte|cannot be unp)/,
    ],
    ['is no such file', (file: string) => writeFileSync(file, 'x'.repeat(1000)), /^segment 1 of the log cannot be unp/],
    [
      'is cut off',
      (file: string) => writeFileSync(file, readFileSync(file).subarray(0, -99)),
      /^segment 1 of the log (is cut off|cannot be unp)/,
    ],
    [
      'would fill the memory',
      (file: string) => writeFileSync(file, Bun.zstdCompressSync(Buffer.alloc(200 << 20), { level: 1 })),
      /^segment 1 of the log cannot be unpacked$/,
    ],
  ])('one that %s concerns those who need it, and nobody else', async (_, harm, reason) => {
    const { second, answer } = await recovered((copy) => harm(packedFile(copy, 1)))
    expect(answer.lost).toEqual([{ number: 1, reason: expect.stringMatching(reason) }])
    expect(second.story(2).lines).toEqual(['3 1', '4 2'])
  })

  test('behind the last one, packed, the log goes on in another', async () => {
    const { copy, answer } = await recovered((copy) => rmSync(segmentFile(copy, 2)))
    expect(answer.lost.map(({ number }) => number)).toEqual([1, 2])
    expect(filesIn(copy)).toEqual([`${FIRST}.zst`, `${SECOND}.zst`, THIRD])
  })
})

/** A folder with a segment that is closed, and whoever packs it. */
function closed(change: Partial<PackingDeps> = {}) {
  const folder = within('closed')
  const past = join(folder, 'past')
  mkdirSync(past, { recursive: true })
  const bytes = Buffer.from('entries '.repeat(10_000))
  writeFileSync(segmentFile(folder, 0), bytes)
  const packing = new Packing({ folder, past, mark: 'this', owns: () => undefined, ...change })
  return { folder, past, bytes, packing }
}

test('one that is moved while it is packed is packed where it is then', async () => {
  const { folder, past, bytes, packing } = closed()
  packing.before(1)
  renameSync(segmentFile(folder, 0), segmentFile(past, 0))
  await until(() => filesIn(past).join() === `${FIRST}.zst`)
  expect(await findSegment([folder, past], 0)).toEqual({ bytes, isClosed: true })
  expect(readdirSync(folder)).toEqual(['past'])
})

test('who has no more the folder packs nothing in it, and leaves nothing', async () => {
  let asked = 0
  const owns = () => {
    asked++
    throw new Error('it is of another host')
  }
  const { folder, packing } = closed({ owns })
  packing.before(1)
  await until(() => asked > 0 && !readdirSync(folder).some((name) => name.endsWith('.new')))
  expect(readdirSync(folder).sort()).toEqual([FIRST, 'past'])
})

test('what is kept aside of an instance has the segments that are packed, too', () => {
  const { folder } = closed()
  writeFileSync(packedFile(folder, 1), 'packed')
  for (const name of ['7-0-3.checkpoint', '8-0-3.checkpoint']) writeFileSync(join(folder, name), name)
  const [, aside = ''] = evidenceOf(folder, 7, 5).split('what was kept is in ')
  expect(readdirSync(aside).sort()).toEqual([FIRST, `${SECOND}.zst`, '7-0-3.checkpoint'])
})

test('the one that is written is not packed', () => {
  const { folder, packing } = closed()
  packing.before(0)
  expect(readdirSync(folder).sort()).toEqual([FIRST, 'past'])
})

test('who reads one while it is packed reads it whole, each time', async () => {
  const { folder, past, bytes, packing } = closed()
  packing.before(1)
  for (let isOver = false; !isOver; ) {
    isOver = filesIn(folder).join() === `${FIRST}.zst`
    expect((await findSegment([folder, past], 0)).bytes).toEqual(bytes)
  }
})

test.skipIf(lacks('mount'))('on a full disk it stays as it is, and is packed with the next one', async () => {
  const disk = within('disk')
  mkdirSync(disk)
  const script = `
    import { readdirSync, rmSync, writeFileSync } from 'node:fs'
    import { Packing } from ${JSON.stringify(join(import.meta.dir, '../../../src/sandbox-host/inputs/packing'))}
    const [folder] = process.argv.slice(1)
    // nothing makes it shorter
    writeFileSync(folder + '/${FIRST}', crypto.getRandomValues(Buffer.alloc(60_000)))
    writeFileSync(folder + '/fill', Buffer.alloc(80_000))
    let looked = 0
    const packing = new Packing({ folder, past: folder, mark: '', owns: () => void looked++ })
    packing.before(1)
    await packing.done
    const full = readdirSync(folder).filter((name) => name !== 'fill')
    rmSync(folder + '/fill')
    packing.before(1)
    await packing.done
    console.log(JSON.stringify({ full, looked, after: readdirSync(folder) }))`
  const mounted = 'mount -t tmpfs -o size=144k none "$2" && exec "$0" -e "$1" "$2"'
  const child = Bun.spawn(['unshare', '-m', 'sh', '-c', mounted, process.execPath, script, disk], { stderr: 'pipe' })
  const [said, wrong] = await Promise.all([child.stdout.text(), child.stderr.text()])
  expect([wrong, JSON.parse(said || 'null')]).toEqual(['', { full: [FIRST], looked: 1, after: [`${FIRST}.zst`] }])
})
