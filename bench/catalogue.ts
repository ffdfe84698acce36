/** The catalogue over HTTP, at 1, 1,000 and 10,000 revisions: starts, reads, uploads and tag moves of a real gateway. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway, type TestGateway } from '../test/gateway'
import { folder } from './folder'
import { hundredLines, nameOf, writeHome } from './home'
import { readsRow } from './http'
import { count, percentile, type Row, timesMs } from './row'

const UPLOADS = 60
const MOVES = 60

export async function catalogueRows(): Promise<Row[]> {
  const rows: Row[] = []
  let few = Number.NaN
  for (const revisions of [1, 1000, 10_000]) {
    using home = folder()
    await writeHome(join(home.path, 'strategies'), revisions)
    if (revisions > 1) rows.push(await startRow(home.path, revisions))
    await using gateway = await startGateway({ folder: home.path })
    rows.push(...(await readRows(gateway, revisions)))
    if (revisions === 10_000) rows.push(await moveRow(gateway))
    if (revisions === 1000) continue
    const half = await uploadMs(gateway)
    if (revisions === 1) few = half
    rows.push(uploadRow(revisions, half, revisions === 1 ? await writeMs(home.path) : few))
  }
  return rows
}

async function readRows(gateway: TestGateway, revisions: number): Promise<Row[]> {
  const at = `at ${count(revisions)} revision${revisions === 1 ? '' : 's'}`
  const modules = `${gateway.url}/strategies/modules`
  const rows = [
    await readsRow(`GET a page of modules ${at}`, `${modules}?limit=5`),
    await readsRow(`GET one module ${at}`, `${modules}/${nameOf(0)}`),
  ]
  return revisions === 1 ? [...rows, await readsRow('GET its source', `${modules}/${nameOf(0)}/source`)] : rows
}

/** From the start of the process until it says that it listens. */
async function startRow(home: string, revisions: number): Promise<Row> {
  const start = async (at: string) => {
    const begin = performance.now()
    await using _ = await startGateway({ folder: at })
    return (performance.now() - begin) / 1000
  }
  using empty = folder()
  const times = { full: Number.POSITIVE_INFINITY, empty: Number.POSITIVE_INFINITY }
  for (let round = 0; round < 3; round++) {
    times.full = Math.min(times.full, await start(home))
    times.empty = Math.min(times.empty, await start(empty.path))
  }
  const goal = revisions === 1000 ? 0.3 : 2
  return {
    what: `start with ${count(revisions)} unchanged revisions, to ready`,
    figure: `${times.full.toFixed(2)} s`,
    baseline: `with none ${times.empty.toFixed(2)} s`,
    ratio: times.full / times.empty,
    goal: `≤ ${goal} s`,
    reached: times.full <= goal,
  }
}

async function uploadMs({ url }: TestGateway): Promise<number> {
  let serial = 1_000_000
  const upload = async () => {
    const body = JSON.stringify({ source: hundredLines('bench-upload', ++serial) })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/strategies/modules`, { method: 'POST', body, headers })
    if (answer.status !== 201) throw new Error(await answer.text())
    await answer.text()
  }
  await timesMs(10, upload)
  return percentile(await timesMs(UPLOADS, upload), 50)
}

const uploadRow = (revisions: number, ms: number, baselineMs: number): Row => ({
  what: `upload → 201 of 100 lines, p50, at ${count(revisions)} revision${revisions === 1 ? '' : 's'}`,
  figure: `${ms.toFixed(1)} ms`,
  baseline: `${revisions === 1 ? 'one file, synced,' : 'at 1 revision'} ${baselineMs.toFixed(1)} ms`,
  ratio: ms / baselineMs,
  goal: '≤ 15 ms',
  reached: ms <= 15,
})

async function moveRow({ url, home }: TestGateway): Promise<Row> {
  const seen: { revisions: { hash: string }[] } = JSON.parse(
    await (await fetch(`${url}/strategies/modules/${nameOf(0)}`)).text(),
  )
  const hashes = seen.revisions.map(({ hash }) => hash)
  const move = async (round: number) => {
    const body = JSON.stringify({ hash: hashes[round % hashes.length] })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/strategies/modules/${nameOf(0)}/tags/prod`, { method: 'PUT', body, headers })
    if (answer.status !== 200) throw new Error(await answer.text())
    await answer.text()
  }
  await timesMs(10, move)
  const half = percentile(await timesMs(MOVES, move), 50)
  const text = await Bun.file(join(home, 'registry.json')).text()
  const bare = await syncedMs(join(home, '..', 'bare'), text)
  return {
    what: 'tag move at 10,000 revisions, p50',
    figure: `${half.toFixed(1)} ms`,
    baseline: `writing ${(text.length / 1e6).toFixed(1)} MB, synced, ${bare.toFixed(1)} ms`,
    ratio: half / bare,
    goal: '≤ 10 ms',
    reached: half <= 10,
  }
}

const writeMs = (home: string): Promise<number> => syncedMs(join(home, 'bare'), hundredLines('bench', 1))

async function syncedMs(directory: string, text: string): Promise<number> {
  mkdirSync(directory, { recursive: true })
  const write = async (round: number) => writeFileSync(join(directory, `${round % 2}`), text, { flush: true })
  return percentile(await timesMs(20, write), 50)
}
