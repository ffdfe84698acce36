/** What a host has put aside is read with the rest; and of an instance whose recording has gone back only what came to be counts. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Inputs } from '../../src/inputs/inputs'
import { archiveIn } from '../../src/inputs/rerun/archived-run'
import { rerun } from '../../src/inputs/rerun/rerun'
import type { Act } from '../../src/protocol/reported'
import { loadEngine } from '../../src/sandbox/engine'
import { Link } from '../sandbox-host/inputs/link'
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
