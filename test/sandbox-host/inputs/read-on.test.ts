/** Behind a block that is damaged the log is read on with the next head: whoever needs nothing of what is lost does not notice. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packedFile, readSegment, segmentFile, segmentsIn } from '../../../src/protocol/segment-files'
import { type Block, blocksIn } from '../../../src/sandbox-host/inputs/blocks'
import { checkpointsIn } from '../../../src/sandbox-host/inputs/checkpoint-file'
import { entriesIn } from '../../../src/sandbox-host/inputs/entry-reader'
import { KeptLog } from '../../../src/sandbox-host/inputs/kept-log'
import { Link } from './link'
import { NUMBERS, World } from './world'

const root = mkdtempSync(join(tmpdir(), 'meltica-read-on-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const ECHO = 'let seen = 0; return { onTrade(ctx, evt, payload, price) { helpers.log(price, ++seen) } }'
/** What comes between is of a symbol that nobody knew before, and of more bytes than are between two heads. */
const LARGE = { symbol: 'FIRST-USDT', eventId: 'x'.repeat(100_000) }

describe('of one that was launched before the damage, and one that was launched behind it', () => {
  const path = join(root, 'whole')
  let link: Link
  let blocks: (Block & { readonly kinds: string })[]
  beforeAll(async () => {
    link = await Link.recording(path)
    await link.launch(1, ECHO)
    await link.trades(1)
    for (let count = 0; count < 3; count++) await link.ofNobody(LARGE)
    await link.ofNobody({ symbol: 'SECOND-USDT' })
    await link.launch(2, ECHO)
    await link.trades(2, 3)
    link.die()
    blocks = Array.from(blocksIn(readFileSync(segmentFile(path, 0))), (block) => ({
      ...block,
      kinds: Array.from(entriesIn(block.block), ({ kind }) => kind).join(),
    }))
  })

  const having = (text: string) => blocks.filter(({ block }) => Buffer.from(block).includes(text))
  /** What a block has, or its length. */
  const harmed =
    (of: () => Block | undefined, isLength = false) =>
    (bytes: Buffer) => {
      const { block, from, to } = of()!
      bytes[isLength ? from : to - Math.ceil(block.length / 2)]! ^= 0x10
    }
  const large = () => having('xxxx')
  const heads = () => blocks.filter(({ kinds, from }) => kinds === 'head' && from > 0)
  const last = () => blocks.findLast(({ kinds }) => kinds.includes('message'))

  let copies = 0
  async function recovered(harms: readonly ((bytes: Buffer) => void)[], { isPacked = false, lines = 3 } = {}) {
    const copy = join(root, `copy-${++copies}`)
    cpSync(path, copy, { recursive: true })
    const file = segmentFile(copy, 0)
    const bytes = readFileSync(file)
    for (const harm of harms) harm(bytes)
    writeFileSync(file, bytes)
    if (isPacked) {
      writeFileSync(packedFile(copy, 0), Bun.zstdCompressSync(bytes))
      rmSync(file)
    }
    const second = await Link.open({ known: link.stories })
    const { lost, ...answer } = await second.recover(copy, second.kept(1, { lines }), second.kept(2))
    second.goOn()
    await second.trades(4)
    second.die()
    return { copy, ...answer, lost: Object.fromEntries(lost.map(({ number, reason }) => [number, reason])), second }
  }

  test('there are heads between', () => {
    const places = large().flatMap(({ from }, index) => [from, heads()[index]!.from])
    places.push(having('SECOND-USDT')[0]!.from)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  test.each([
    ['an event and words are lost', [harmed(() => large()[0])], false],
    ['an event is lost', [harmed(() => large()[1])], false],
    ['nobody knows how long a block is', [harmed(() => large()[0], true)], false],
    ['a head between is lost of which nobody needs anything', [harmed(() => heads()[1])], false],
    ['there is damage twice', [harmed(() => large()[0]), harmed(() => large()[2])], false],
    ['of what is packed an event is lost', [harmed(() => large()[0])], true],
  ])('who was launched behind it goes on when %s', async (_, harms, isPacked) => {
    const whole = await recovered([], { isPacked })
    const { lost, batches, words, second } = await recovered(harms, { isPacked })
    expect([whole.lost, lost]).toEqual([
      {},
      { 1: expect.stringMatching(/^segment 0 of the log is damaged at byte \d+$/) },
    ])
    expect(second.story(2).lines).toEqual(['2 1', '3 2', '4 3'])
    // neither a batch nor a word is missing
    expect([batches, words]).toEqual([link.batches, whole.words])
  })

  test('who was launched before it goes on as it was, if nothing was told of it since', async () => {
    const { instances, lost } = await recovered([harmed(() => large()[0])], { lines: 1 })
    expect([lost, instances.map(({ number, lines }) => [number, lines])]).toEqual([
      {},
      [
        [1, 1],
        [2, 2],
      ],
    ])
  })

  test.each([
    ['words are lost, and the head that would have them', [harmed(() => large()[0]), harmed(() => heads()[0])]],
    ['its beginning is lost, by which others are known', [harmed(() => blocks[0])]],
  ])('nobody goes on behind it when %s', async (_, harms) => {
    const { lost, copy } = await recovered(harms)
    expect(Object.keys(lost)).toEqual(['1', '2'])
    // it stays as it is, and what follows is written elsewhere
    expect(segmentsIn(copy)).toEqual([0, 1])
  })

  test('the end is not what could not be finished where more follows', async () => {
    const { copy } = await recovered([harmed(() => large()[0], true)])
    expect(readSegment(copy, 0).bytes.length).toBe(blocks.at(-1)!.to)
  })

  test('who needs the last block is lost, with it', async () => {
    const { lost } = await recovered([harmed(last)])
    expect(lost).toEqual({ 1: expect.stringMatching(/is damaged/), 2: expect.stringMatching(/is damaged/) })
  })

  test('the beginning of a later segment is needed by nobody for whom there is a head behind it', async () => {
    const long = join(root, 'long')
    const first = await Link.recording(long)
    await first.launch(1, ECHO)
    await first.fill()
    await first.ofNobody(LARGE)
    await first.launch(2, ECHO)
    await first.trades(2)
    first.die()
    const bytes = readFileSync(segmentFile(long, 1))
    bytes[20]! ^= 1
    writeFileSync(segmentFile(long, 1), bytes)
    const second = await Link.open({ known: first.stories })
    const { lost, batches } = await second.recover(long, second.kept(1), second.kept(2))
    expect(lost).toEqual([{ number: 1, reason: 'segment 1 of the log is damaged at byte 0' }])
    expect([batches, second.story(2).lines]).toEqual([first.batches, ['2 1']])
    second.die()
  })
})

test('whoever has a checkpoint behind it goes on from there', async () => {
  const path = join(root, 'checkpoints')
  const world = new World(await Link.recording(path, { mostRedoMs: 1e-6 }))
  await world.launch(false)
  await world.until(12)
  world.link.keeps()
  const damaged = readFileSync(segmentFile(path, 0)).length - 20
  const later = () => [...checkpointsIn(path).values()].filter(([newest]) => newest!.offset > damaged + 1000)
  for (let event = 14; later().length < NUMBERS.length; event += 2) await world.until(event)
  world.link.die()
  const bytes = readFileSync(segmentFile(path, 0))
  bytes[damaged]! ^= 0x10
  writeFileSync(segmentFile(path, 0), bytes)
  const link = await Link.open({ known: world.link.stories })
  const { lost, instances } = await link.recover(path, ...NUMBERS.map((number) => link.kept(number)))
  expect([lost, instances.map(({ number }) => number)]).toEqual([[], NUMBERS])
  expect(NUMBERS.map((number) => link.story(number))).toEqual(world.stories)
  link.die()
})

test('a log of another release is none, and stays as it is', async () => {
  const path = join(root, 'other')
  const link = await Link.recording(path)
  await link.launch(1, ECHO)
  link.die()
  const bytes = readFileSync(segmentFile(path, 0))
  const form = bytes.indexOf(Uint8Array.of(0x00, 0x49, 0x4d)) - 1
  bytes[form] = 2
  // as it was then: length and checksum of four bytes each
  const old = Buffer.concat([Buffer.alloc(8), bytes.subarray(form - 1)])
  old.writeUInt32LE(old.length - 8)
  old.writeUInt32LE(Bun.hash.crc32(old.subarray(8)), 4)
  writeFileSync(segmentFile(path, 0), old)
  const second = await Link.open()
  const { lost } = await second.recover(path, second.kept(1))
  expect(lost).toEqual([{ number: 1, reason: 'what was kept does not go back to its launch' }])
  expect(Array.from(new KeptLog(path).blocks()).slice(0, 1)).toEqual([
    { damage: 'segment 0 of the log cannot be read: it is of another release' },
  ])
  expect(Buffer.from(readSegment(path, 0).bytes)).toEqual(old)
  second.die()
})
