/** What becomes of those whose log or checkpoint is damaged or of something else: nobody else is touched. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Recovered } from '../../../src/protocol/reported'
import { blocksIn } from '../../../src/sandbox-host/inputs/blocks'
import type { Entry } from '../../../src/sandbox-host/inputs/entry'
import { entriesIn } from '../../../src/sandbox-host/inputs/entry-reader'
import { EntryWriter } from '../../../src/sandbox-host/inputs/entry-writer'
import { Segments } from '../../../src/sandbox-host/inputs/segments'
import { until } from '../../until'
import { Link, type Story } from './link'
import { EVENTS, NUMBERS, World } from './world'

const folder = mkdtempSync(join(tmpdir(), 'meltica-damage-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let copies = 0
function copied(path: string): string {
  const to = join(folder, `copy-${++copies}`)
  cpSync(path, to, { recursive: true })
  return to
}

const LOG = '0000000000.log'
/** Oldest first. */
const checkpointsOf = (path: string, number: number) =>
  readdirSync(path)
    .filter((name) => name.startsWith(`${number}-`))
    .sort((a, b) => Number(a.split(/[-.]/)[2]) - Number(b.split(/[-.]/)[2]))
    .map((name) => join(path, name))

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at]! ^= 0x10
  writeFileSync(file, bytes)
}

/** Where blocks of a segment end. */
const blockEnds = (file: string): number[] => [0, ...Array.from(blocksIn(readFileSync(file)), ({ to }) => to)]

/** What another host makes of it, for a gateway that knows so much. */
async function recovered(path: string, known: ReadonlyMap<number, Story>): Promise<{ link: Link; answer: Recovered }> {
  const link = await Link.open({ known })
  const answer = await link.recover(path, ...NUMBERS.map((number) => link.kept(number)))
  return { link, answer }
}

const isBeginningOf = (part: Story, whole: Story) =>
  Bun.deepEquals(part.acts, whole.acts.slice(0, part.acts.length)) &&
  Bun.deepEquals(part.lines, whole.lines.slice(0, part.lines.length))

describe('of a log that ends or is damaged anywhere', () => {
  const path = join(folder, 'whole')
  let world: World
  beforeAll(async () => {
    world = new World(await Link.recording(path, { mostRedoMs: 1e-6 }))
    await world.launch(false)
    await world.until(10)
    world.link.keeps()
    // until there is what the tests look for, however long the machine takes for that
    for (
      let event = EVENTS;
      event === EVENTS || NUMBERS.some((number) => checkpointsOf(path, number).length < 2);
      event++
    )
      await world.until(event)
    world.link.die()
  })

  test('each goes on that was told no more, or is lost: what it says is what it was', async () => {
    const { stories } = world.moments[Math.floor(world.moments.length / 2)]!
    const end = readFileSync(join(path, LOG)).length
    const ends = blockEnds(join(path, LOG))
    let [whole, short] = [0, 0]
    for (let part = 1; part < 10; part++) {
      const copy = copied(path)
      const log = join(copy, LOG)
      // between two blocks, within one, and of a block that is there as a whole
      if (part % 3 === 0) truncateSync(log, ends[Math.floor((ends.length * part) / 10)])
      else if (part % 3 === 1) truncateSync(log, Math.floor((end * part) / 10))
      else flip(log, Math.floor((end * part) / 10))
      const { link, answer } = await recovered(copy, stories)
      const known = new Set([...answer.instances, ...answer.lost].map(({ number }) => number))
      expect(known).toEqual(new Set(NUMBERS))
      for (const { number, acts, lines } of answer.instances) {
        const story = link.story(number)
        expect(isBeginningOf(story, world.link.story(number))).toBe(true)
        expect([acts, lines]).toEqual([story.acts.length, story.lines.length])
        whole++
      }
      for (const { reason } of answer.lost) {
        expect(reason).toMatch(/less was kept|is damaged at byte|no place in the log|does not go back/)
        short++
      }
      link.die()
    }
    expect([whole > 0, short > 0]).toEqual([true, true])
  })

  test('who has a checkpoint that is damaged goes on from an older one', async () => {
    const copy = copied(path)
    for (const number of NUMBERS) flip(checkpointsOf(copy, number).at(-1)!, 500)
    const { link, answer } = await recovered(copy, world.link.stories)
    expect(answer.lost).toEqual([])
    expect(answer.instances).toMatchObject(
      NUMBERS.map((number) => ({ number, acts: world.link.story(number).acts.length })),
    )
    link.die()
  })
})

/** The same log, but for what is changed of it. */
function rewrite(path: string, change: (entry: Entry) => Entry): void {
  const blocks = [...blocksIn(readFileSync(join(path, LOG)))]
  using segments = new Segments(path, { segment: 0, offset: 0 })
  const writer = new EntryWriter()
  for (const { block } of blocks) {
    for (const entry of entriesIn(block)) writer.add(change(entry))
    segments.write(writer.written)
    writer.clear()
  }
}

const ECHO = 'let seen = 0; return { onTrade(ctx, evt, payload, price) { helpers.log(price, ++seen) } }'
const SLEEPER = `let seen = 0
  return { onTrade(ctx, evt, payload, price) {
    helpers.log(price, ++seen)
    helpers.sleep(1)
    runtime.submitMarketOrder('', 'buy', String(price))
  } }`

/** An echo and one that sleeps and orders, of whom nobody knows anything when they have had three trades. */
async function slept(name: string) {
  const path = join(folder, name)
  const link = await Link.recording(path)
  await link.launch(1, ECHO)
  await link.launch(2, SLEEPER)
  for (const price of [1, 2, 3]) {
    await link.trades(price)
    await until(() => link.story(2).orders.length === price)
  }
  link.die()
  return { path, link }
}

test.each([
  [
    'in how much it was given',
    (entry: Entry) => (entry.kind === 'turn' && entry.number === 2 ? { ...entry, length: 9999 } : entry),
  ],
  [
    'in what it has waited for',
    (entry: Entry) => (entry.kind === 'slept' ? { ...entry, kind: 'asked' as const } : entry),
  ],
])('who is not what it was, %s, is lost alone, and both sides are kept', async (name, change) => {
  const { path, link } = await slept(name)
  rewrite(path, change)
  const { link: second, answer } = await recovered(path, new Map())
  expect(answer).toMatchObject({ instances: [{ number: 1, lines: 3 }], lost: [{ number: 2, differs: true }] })
  const [how = '', aside = ''] = answer.lost[0]!.reason.split('; what was kept is in ')
  expect(how).toStartWith('it differs from what it was: ')
  expect([readdirSync(aside), dirname(aside)]).toEqual([[LOG], path])
  // nothing of it was done
  expect([second.story(1), second.story(2).orders, second.story(2).failure]).toEqual([link.story(1), [], ''])
  second.goOn()
  await second.ask({ kind: 'record', path })
  expect(readdirSync(path)).toContain(basename(aside))
})

test('who is of another instance, engine or log goes on nowhere, and others do', async () => {
  const { path, link } = await slept('others')
  const second = await Link.open()
  const other = { ...second.kept(2), instanceId: 'other' }
  const { lost, instances } = await second.recover(copied(path), second.kept(1), other)
  expect([lost, instances.map(({ number }) => number)]).toEqual([
    [{ number: 2, reason: 'what was kept does not go back to its launch' }],
    [1],
  ])
  expect(second.story(1)).toEqual(link.story(1))
})

/** With its checksum. @param replacement of the same length. */
function patch(file: string, pattern: RegExp, replacement: string): void {
  const bytes = Buffer.from(readFileSync(file).toString('latin1').replace(pattern, replacement), 'latin1')
  bytes.writeUInt32LE(Bun.hash.crc32(bytes.subarray(4)))
  writeFileSync(file, bytes)
}

test('a checkpoint of another engine, log or instance is none, and one without its place in the log', async () => {
  const path = join(folder, 'foreign')
  const link = await Link.open({ mostRedoMs: 1e-6 })
  for (const number of [1, 2]) await link.launch(number, ECHO)
  // it does not tell of their launch
  await link.ask({ kind: 'record', path })
  for (let price = 0; [1, 2].some((number) => checkpointsOf(path, number).length === 0); price++)
    await link.trades(price)
  link.die()
  const reasons: string[] = []
  for (const harm of [
    (file: string) => patch(file, /"engine":"[^"]{8}/, '"engine":"00000000'),
    (file: string) => patch(file, /"log":"\d/, '"log":"x'),
    (file: string, other: string) => cpSync(other, file),
    (file: string) => renameSync(file, file.replace(/\d+(?=\.checkpoint)/, '99999999')),
    (file: string) => truncateSync(file, 100),
  ]) {
    const copy = copied(path)
    const [other = ''] = checkpointsOf(copy, 1)
    for (const file of checkpointsOf(copy, 2)) harm(file, other)
    const second = await Link.open({ known: link.stories })
    const { lost, instances } = await second.recover(copy, second.kept(1), second.kept(2))
    expect([lost.map(({ number }) => number), instances.map(({ number }) => number)]).toEqual([[2], [1]])
    reasons.push(...lost.map(({ reason }) => reason))
    expect(second.story(1)).toEqual(link.story(1))
    // whom it could not use it has not left there
    expect(checkpointsOf(copy, 2)).toEqual([])
  }
  expect(reasons).toEqual(
    [
      'is of another engine',
      'is of another log',
      'is of another instance',
      'is of no place in the log',
      'is damaged',
    ].map((what) => `a checkpoint of it ${what}`),
  )
})

test('behind a segment that is missing those are who they were who came later, or have a checkpoint, or were told no more', async () => {
  const path = join(folder, 'missing')
  const link = await Link.recording(path)
  for (const number of [1, 2, 3]) await link.launch(number, ECHO)
  await link.trades(1)
  await link.fill()
  // in the segment that is going to be missing
  await link.trades(2)
  await link.fill()
  await link.launch(4, ECHO)
  await link.trades(3)
  link.die()
  const segments = () =>
    readdirSync(path)
      .filter((name) => /\.log(\.zst)?$/.test(name))
      .sort()
  await until(() => segments().join() === `${LOG}.zst,0000000001.log.zst,0000000002.log`)
  rmSync(join(path, segments()[1]!))
  const known = link.kept(3)
  const before = { acts: 0, lines: 1 }
  const second = await Link.open()
  const keep = [second.kept(1, before), second.kept(2, before), known, second.kept(4)]
  const { instances, lost, batches } = await second.recover(path, ...keep)
  expect(batches).toBe(link.batches)
  expect([instances.map(({ number, lines }) => [number, lines]), lost]).toEqual([
    [
      [1, 1],
      [2, 1],
      [4, 1],
    ],
    [{ number: 3, reason: 'segment 1 of the log is missing' }],
  ])
  second.goOn()
  await second.trades(4)
  expect([1, 2, 4].map((number) => second.story(number).lines)).toEqual([
    ['1 1', '4 2'],
    ['1 1', '4 2'],
    ['3 1', '4 2'],
  ])
  second.die()
  // they need nothing of before any more
  rmSync(join(path, `${LOG}.zst`))
  const third = await Link.open({ known: second.stories })
  const again = await third.recover(path, third.kept(1), third.kept(2), third.kept(4))
  expect(again.lost).toEqual([])
  third.goOn()
  await third.trades(5)
  expect([1, 2, 4].map((number) => third.story(number).lines.at(-1))).toEqual(['5 3', '5 3', '5 3'])
})
