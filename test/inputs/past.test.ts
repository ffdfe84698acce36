/** What a host has put aside is read with the rest; and of an instance whose recording has gone back only what came to be counts. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Inputs } from '../../src/inputs/inputs'
import { archiveIn } from '../../src/inputs/rerun/archived-run'
import { rerunOther } from '../../src/inputs/rerun/other'
import { rerun } from '../../src/inputs/rerun/rerun'
import type { Act } from '../../src/protocol/reported'
import { loadEngine } from '../../src/sandbox/engine'
import { Link, programOf } from '../sandbox-host/inputs/link'
import { EVENTS, World } from '../sandbox-host/inputs/world'
import { until } from '../until'

const root = mkdtempSync(join(tmpdir(), 'meltica-inputs-past-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const engine = await loadEngine()
const inputsOf = (folder: string) =>
  new Inputs({ folder, build: 'test', maxWaiting: 1000, maxWaitingBytes: 1 << 20, engine: () => engine.hash })

async function again(folder: string, id: string) {
  const { head, runs } = archiveIn(Buffer.concat(await Array.fromAsync(await inputsOf(folder).archive(id, {}))))
  const acts: Act[] = []
  const lines: string[] = []
  const teller = {
    acted: (act: Act) => void acts.push(act),
    logged: ({ message }: { message: string }) => void lines.push(message),
    failed: () => undefined,
  }
  for (const run of runs) await rerun(run, { engine, head, teller, clock: () => performance.now() })
  return { runs: runs.length, acts, lines }
}

test('a recording that has gone back: what was void is not told, and what came again is told once', async () => {
  const path = join(root, 'cut', '0')
  const first = new World(await Link.recording(path, { mostRedoMs: 1e-6 }))
  await first.launch(true)
  await first.until(20, ({ event, batches }) => {
    if (event === 11) first.link.keeps(batches)
  })
  first.link.die()
  const cut = first.moments[11]!
  const link = await Link.open({ known: cut.stories, mostRedoMs: 1e-6 })
  link.retains()
  await link.recover(path, ...[1, 2].map((number) => link.kept(number, { upTo: cut.batches })))
  const later = new World(link, cut.event, cut.filled)
  link.goOn()
  await later.until(EVENTS)
  for (const number of [1, 2]) {
    const { acts, lines } = link.story(number)
    expect(await again(join(root, 'cut'), `i${number}`)).toEqual({ runs: 2, acts, lines })
  }
  link.die()
  const { items } = await inputsOf(join(root, 'cut')).page('i1', { limit: 1000 })
  expect(items.filter(({ kind }) => kind === 'renewed')).toHaveLength(1)
})

/** The numbers of the events that an export has. */
const exportOf = async (folder: string, id: string): Promise<number[]> =>
  Buffer.concat(await Array.fromAsync(await inputsOf(folder).events(id, {})))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).seqProvider)

const QUIET = 'return { onTrade() {} }'

test('who has ended is given nothing more, though its host goes on for others', async () => {
  const path = join(root, 'ended', '0')
  const link = await Link.recording(path)
  const loops = `return { onTrade(ctx, evt, payload, price) { if (price === 3) for (;;); } }`
  await link.launch(1, QUIET)
  await link.launch(2, QUIET)
  await link.launch(3, loops)
  await link.numbered(1, 2, 3)
  await until(() => link.story(3).failure !== '')
  await link.ask({ kind: 'stop', number: 1 })
  await link.numbered(4, 5)
  await link.launch(4, QUIET, { instanceId: 'i1' })
  await link.numbered(6)
  link.die()
  // nobody goes on for the others
  const next = await Link.open({ known: link.stories })
  await next.recover(path, next.kept(4, { instanceId: 'i1' }))
  next.goOn()
  await next.numbered(7)
  next.die()
  const folder = join(root, 'ended')
  expect(await exportOf(folder, 'i1')).toEqual([1, 2, 3, 6, 7])
  expect(await exportOf(folder, 'i2')).toEqual([1, 2, 3, 4, 5, 6])
  expect(await exportOf(folder, 'i3')).toEqual([1, 2, 3])
  const { items } = await inputsOf(folder).page('i1', { limit: 1000 })
  const events = items.flatMap(({ kind }) => (kind === 'event' || kind === 'stopped' ? [kind] : []))
  expect(events).toEqual(['event', 'event', 'event', 'stopped', 'event', 'event'])
})

test('the same program is given what the recorded one was given: not what was left out while that one slept', async () => {
  const path = join(root, 'slept', '0')
  const hour = 3_600_000
  const counts = (ms: number) => `let seen = 0
    return { onTrade(ctx, evt, payload, price) {
      if (seen++ === 0) helpers.sleep(${ms})
      helpers.log(price)
    } }`
  const first = await Link.recording(path)
  await first.launch(1, counts(hour))
  await first.dated(1)
  for (const from of [2, 602, 1202, 1802]) await first.dated(...Array.from({ length: 600 }, (_, at) => from + at))
  first.die()
  // an hour later
  const link = await Link.open({ known: first.stories, now: () => Date.now() + hour })
  await link.recover(path, link.kept(1))
  link.goOn()
  await link.numbered(5000)
  await until(() => link.story(1).lines.at(-1) === '5000')
  link.die()
  const { head, runs } = archiveIn(
    Buffer.concat(await Array.fromAsync(await inputsOf(join(root, 'slept')).archive('i1', {}))),
  )
  const pricesOf = async (ms: number) => {
    const prices: string[] = []
    let agrees = true
    const teller = {
      acted: () => undefined,
      logged: ({ message }: { message: string }) => void prices.push(message),
      failed: () => undefined,
      slept: (slept: number) => {
        agrees = slept === hour
      },
    }
    const deps = { engine, head, teller, clock: () => performance.now(), isTold: () => true, config: () => ({}) }
    for (const run of runs) await rerunOther(run, { ...deps, program: programOf(counts(ms)), agrees: () => agrees })
    return prices
  }
  const { lines } = link.story(1)
  expect(lines.length).toBeLessThan(2402)
  expect(await pricesOf(hour)).toEqual(lines)
  // it would not have been asleep for so long
  expect(await pricesOf(1)).toHaveLength(2402)
})

test('who was left asleep by a stop is followed to where it goes on', async () => {
  const path = join(root, 'asleep', '0')
  const sleeps = `let seen = 0
    return { onTrade(ctx, evt, payload, price) { if (seen++ === 0) helpers.sleep(50); helpers.log(price) } }`
  const link = await Link.recording(path)
  await link.launch(1, sleeps)
  await link.numbered(1)
  expect(await link.ask({ kind: 'stop', number: 1, unlessAsleep: true })).toMatchObject({ asleep: true })
  link.die()
  const next = await Link.open({ known: link.stories })
  await next.recover(path, next.kept(1))
  next.goOn()
  await next.numbered(2)
  await until(() => next.story(1).lines.length === 2)
  next.die()
  const folder = join(root, 'asleep')
  expect(await again(folder, 'i1')).toEqual({ runs: 1, acts: [], lines: ['1', '2'] })
  expect(await exportOf(folder, 'i1')).toEqual([1, 2])
})

test('what comes again in another host is exported once, and a recording that begins again as often as it is played', async () => {
  const folder = join(root, 'hosts')
  const hosts = await Promise.all(['0', '1', '2'].map((slot) => Link.recording(join(folder, slot), {})))
  const [a, b, c] = hosts
  const i1 = { instanceId: 'i1', recorded: true }
  await a!.launch(1, QUIET, i1)
  await a!.numbered(2, 3, 4, 5)
  // its gateway has died, and it begins anew where the recording goes on
  await b!.launch(2, QUIET, i1)
  await b!.numbered(4, 5, 6)
  // the recording was begun again, and the instance was there
  await b!.numbered(1, 2)
  await c!.launch(3, QUIET, i1)
  await c!.numbered(2, 3, 4)
  await c!.ask({ kind: 'stop', number: 3 })
  await c!.launch(4, QUIET, i1)
  await c!.numbered(1, 2)
  for (const host of hosts) host.die()
  expect(await exportOf(folder, 'i1')).toEqual([2, 3, 4, 5, 6, 1, 2, 3, 4, 1, 2])
})

test('segments that nobody goes on from lie elsewhere, and are read with the others', async () => {
  const path = join(root, 'segments', '0')
  const link = await Link.recording(path, { mostRedoMs: 1e-6 })
  link.retains()
  const world = new World(link)
  await world.launch(false)
  await world.until(12)
  const has = (file: RegExp) => readdirSync(path, { recursive: true, encoding: 'utf8' }).some((name) => file.test(name))
  // until both have newer checkpoints, which are taken of one after the other
  for (let event = 18; !has(/^past-.*\.log(\.zst)?$/) && event < 100; event += 6) {
    link.keeps()
    await link.fill()
    await world.until(event)
  }
  expect(has(/^0000000000\.log(\.zst)?$/)).toBe(false)
  // wherever they are when they are packed
  await until(() => has(/^past-.*\.log\.zst$/) && !has(/^past-.*\.log$/))
  for (const number of [1, 2]) {
    const { acts, lines } = link.story(number)
    expect(await again(join(root, 'segments'), `i${number}`)).toEqual({ runs: 1, acts, lines })
  }
  link.die()
})

test('where a segment is missing is told, and what is behind it is not taken for what followed before', async () => {
  const path = join(root, 'gap', '0')
  const link = await Link.recording(path)
  await link.launch(1, 'return { onTrade() {} }')
  await link.numbered(1, 2)
  await link.fill()
  await link.numbered(3, 4)
  await link.fill()
  await link.numbered(5)
  link.die()
  for (const name of readdirSync(path)) if (name.startsWith('0000000001.log')) rmSync(join(path, name))
  const { items } = await inputsOf(join(root, 'gap')).page('i1', { limit: 1000 })
  expect(items.filter(({ kind }) => kind === 'event' || kind === 'missing')).toMatchObject([
    { event: { seqProvider: 1 } },
    { event: { seqProvider: 2 } },
    { kind: 'missing', reason: 'segment 1 of the log is missing' },
    { event: { seqProvider: 5 } },
  ])
})
