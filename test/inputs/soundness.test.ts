/** What is said of logs and checkpoints that are damaged, missing, or of another release or engine; nothing is changed. */
import { afterAll, expect, test } from 'bun:test'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { soundnessOf } from '../../src/inputs/soundness'
import { loadEngine } from '../../src/sandbox/engine'
import { Segments } from '../../src/sandbox-host/inputs/segments'
import { Link } from '../sandbox-host/inputs/link'
import { World } from '../sandbox-host/inputs/world'

const root = mkdtempSync(join(tmpdir(), 'meltica-soundness-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const { hash: engine } = await loadEngine()
const looked = (folder: string, deep: boolean, hash = engine) => soundnessOf(folder, { engine: hash, deep })

/** Two instances, checkpoints of both, and so many segments. */
async function kept(name: string, segments: number): Promise<string> {
  const folder = join(root, name)
  const link = await Link.recording(join(folder, '0'), { mostRedoMs: 1e-6 })
  const world = new World(link)
  await world.launch(false)
  for (let more = 1; more < segments; more++) await link.fill()
  const hasBoth = () => [1, 2].every((number) => namesIn(folder).some((name) => name.startsWith(`0/${number}-`)))
  for (let event = 6; !hasBoth() && event < 300; event += 6) await world.until(event)
  link.die()
  return folder
}
const namesIn = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
const whole = await kept('whole', 1)

const [log = ''] = namesIn(whole).filter((name) => name.endsWith('.log'))
const checkpoints = namesIn(whole).filter((name) => name.endsWith('.checkpoint'))
const stamps = (folder: string) => namesIn(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs])

let copies = 0
/** A copy of what was kept, in which a file is changed. */
function changed(name: string, change: (bytes: Buffer) => Buffer | undefined): string {
  const folder = join(root, `copy-${copies++}`)
  cpSync(whole, folder, { recursive: true })
  const bytes = readFileSync(join(folder, name))
  writeFileSync(join(folder, name), change(bytes) ?? bytes)
  return folder
}

const problems = async (folder: string, deep = false, hash = engine) =>
  (await looked(folder, deep, hash)).problems.toSorted()

const flip = (at: number) => (bytes: Buffer) => {
  bytes[at]! ^= 1
  return bytes
}

/** Where a log says of which form it is: right behind its checksum and the code of its head. */
const formAt = (bytes: Buffer): number => bytes.indexOf(Uint8Array.of(0x00, 0x49, 0x4d)) - 1

test('what is whole is said to be, and is as it was', async () => {
  const before = stamps(whole)
  expect(checkpoints.length).toBeGreaterThan(1)
  for (const deep of [false, true]) {
    const unseen = deep ? 0 : checkpoints.length - 2
    expect(await looked(whole, deep)).toEqual({ segments: 1, checkpoints: checkpoints.length, unseen, problems: [] })
  }
  expect(stamps(whole)).toEqual(before)
  expect(await looked(join(root, 'nowhere'), true)).toEqual({ segments: 0, checkpoints: 0, unseen: 0, problems: [] })
})

test('damage within a segment is found by those who look deep, and that of its beginning or of a checkpoint by all', async () => {
  const within = changed(log, (bytes) => flip(bytes.length - 2)(bytes))
  expect(await problems(within)).toEqual([])
  expect(await problems(within, true)).toEqual([
    expect.stringMatching(/^0: segment 0 of the log is damaged at byte [1-9]\d*$/),
  ])
  expect(await problems(changed(log, (bytes) => flip(formAt(bytes) - 2)(bytes)))).toEqual([
    '0: segment 0 of the log is damaged at byte 0',
  ])
  const one = checkpoints.find((name) => name.startsWith('0/1-'))!
  expect(await problems(changed(one, flip(40)), true)).toEqual(['0: a checkpoint of number 1 is damaged'])
})

test('of another engine or release, and a torn end, which is none', async () => {
  expect(await problems(whole, false, 'sha256:other')).toEqual([
    '0: a checkpoint of number 1 is of another engine',
    '0: a checkpoint of number 2 is of another engine',
  ])
  const bytes = readFileSync(join(whole, log))
  const form = formAt(bytes)
  const other = join(root, 'other')
  mkdirSync(join(other, '0'), { recursive: true })
  using segments = new Segments(join(other, '0'), { segment: 0, offset: 0 })
  segments.write(flip(1)(bytes.subarray(form - 1, form + 60)))
  expect(await problems(other)).toEqual(['0: segment 0 cannot be read: it is of another release'])
  // it is being written, or its writer was killed
  expect(
    await problems(
      changed(log, (bytes) => bytes.subarray(0, -3)),
      true,
    ),
  ).toEqual([])
})

test('a segment that is missing', async () => {
  const folder = await kept('several', 3)
  const { segments } = await looked(folder, true)
  expect(segments).toBe(3)
  for (const name of namesIn(folder)) if (name.includes('0000000001.')) rmSync(join(folder, name))
  expect(await problems(folder, true)).toEqual(['0: segment 1 is missing'])
})
