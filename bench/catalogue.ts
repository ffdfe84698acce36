/** The catalogue over HTTP, at 1, 1,000 and 10,000 revisions: starts, reads, uploads and tag moves of a real gateway. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway, type TestGateway } from '../test/gateway'
import type { Release } from './first-light'
import { folder } from './folder'
import { hundredLines, nameOf, writeHome } from './home'
import { readsRow } from './http'
import { count, percentile, type Row, timesInTurnsMs, timesMs } from './row'
import { startRows } from './start'

const WARM = 10
const UPLOADS = 60
const MOVES = 60

/** Ours, and that of first light where there is one. */
type Gateways = readonly [ours: TestGateway, ...firstLight: TestGateway[]]

export async function catalogueRows(release: Release | undefined): Promise<Row[]> {
  const rows: Row[] = []
  let few = Number.NaN
  for (const revisions of [1, 1000, 10_000]) {
    using ours = folder()
    using theirs = folder()
    await writeHome(join(ours.path, 'strategies'), revisions)
    await release?.writeHome(join(theirs.path, 'strategies'), revisions)
    if (revisions > 1)
      rows.push(...(await startRows(revisions, ours.path, release && { command: release.command, home: theirs.path })))
    await using gateway = await startGateway({ folder: ours.path })
    await using firstLight = release && (await startGateway({ folder: theirs.path, command: release.command }))
    const gateways: Gateways = [gateway, ...(firstLight ? [firstLight] : [])]
    rows.push(...(await readRows(gateways, revisions)))
    if (revisions === 10_000) rows.push(await moveRow(gateways))
    if (revisions === 1000) continue
    const times = await halvesMs(UPLOADS, gateways.map(uploading))
    const [half = Number.NaN] = times
    if (revisions === 1) few = half
    rows.push(uploadRow(revisions, times, revisions === 1 ? await writeMs(ours.path) : few))
  }
  return rows
}

async function readRows([{ url }, firstLight]: Gateways, revisions: number): Promise<Row[]> {
  const at = `at ${count(revisions)} revision${revisions === 1 ? '' : 's'}`
  const one = `/strategies/modules/${nameOf(0)}`
  const row = (what: string, path: string) => readsRow(what, path, url, firstLight?.url)
  const rows = [
    await row(`GET a page of modules ${at}`, '/strategies/modules?limit=5'),
    await row(`GET one module ${at}`, one),
  ]
  return revisions === 1 ? [...rows, await row('GET its source', `${one}/source`)] : rows
}

function uploading({ url }: TestGateway): () => Promise<void> {
  let serial = 1_000_000
  return () => send('POST', `${url}/strategies/modules`, { source: hundredLines('bench-upload', ++serial) }, 201)
}

function uploadRow(revisions: number, [ms = Number.NaN, firstLightMs]: number[], baselineMs: number): Row {
  return {
    what: `upload → 201 of 100 lines, p50, at ${count(revisions)} revision${revisions === 1 ? '' : 's'}`,
    figure: `${ms.toFixed(1)} ms`,
    baseline: `${revisions === 1 ? 'one file, synced,' : 'at 1 revision'} ${baselineMs.toFixed(1)} ms`,
    ratio: ms / baselineMs,
    ...(firstLightMs !== undefined && { firstLight: `${firstLightMs.toFixed(1)} ms` }),
    goal: '≤ 15 ms',
    reached: ms <= 15,
  }
}

async function moveRow(gateways: Gateways): Promise<Row> {
  const [ms = Number.NaN, firstLightMs] = await halvesMs(MOVES, await Promise.all(gateways.map(moving)))
  const { home } = gateways[0]
  const text = await Bun.file(join(home, 'registry.json')).text()
  const bare = await syncedMs(join(home, '..', 'bare'), text)
  return {
    what: 'tag move at 10,000 revisions, p50',
    figure: `${ms.toFixed(1)} ms`,
    baseline: `writing ${(text.length / 1e6).toFixed(1)} MB, synced, ${bare.toFixed(1)} ms`,
    ratio: ms / bare,
    ...(firstLightMs !== undefined && { firstLight: `${firstLightMs.toFixed(1)} ms` }),
    goal: '≤ 10 ms',
    reached: ms <= 10,
  }
}

async function moving({ url }: TestGateway): Promise<(round: number) => Promise<void>> {
  const module = `${url}/strategies/modules/${nameOf(0)}`
  const seen: { revisions: { hash: string }[] } = JSON.parse(await (await fetch(module)).text())
  const hashes = seen.revisions.map(({ hash }) => hash)
  return (round) => send('PUT', `${module}/tags/prod`, { hash: hashes[round % hashes.length] }, 200)
}

async function send(method: string, url: string, body: object, expected: number): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method, body: JSON.stringify(body), headers })
  const text = await answer.text()
  if (answer.status !== expected) throw new Error(text)
}

/** The median of each work, in turns. */
async function halvesMs(rounds: number, works: readonly ((round: number) => Promise<void>)[]): Promise<number[]> {
  await timesInTurnsMs(WARM, works)
  return (await timesInTurnsMs(rounds, works)).map((times) => percentile(times, 50))
}

const writeMs = (home: string): Promise<number> => syncedMs(join(home, 'bare'), hundredLines('bench', 1))

async function syncedMs(directory: string, text: string): Promise<number> {
  mkdirSync(directory, { recursive: true })
  const write = async (round: number) => writeFileSync(join(directory, `${round % 2}`), text, { flush: true })
  return percentile(await timesMs(20, write), 50)
}
