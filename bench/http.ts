/** Calls a second of a gateway against those of a bare server that answers the same bytes. */
import { join } from 'node:path'
import { folder } from './folder'
import { count, type Row } from './row'

const LOAD = join(import.meta.dir, 'load.ts')
const BARE = join(import.meta.dir, 'bare-server.ts')
const ROUNDS = 5

/** Taken in turns, so that the noise of the machine falls on both; the turn of the median ratio. */
export async function readsRow(what: string, url: string): Promise<Row> {
  using home = folder()
  const answer = await fetch(url)
  const body = join(home.path, 'body')
  await Bun.write(body, await answer.bytes())
  const type = answer.headers.get('content-type') ?? ''
  const bare = Bun.spawn([process.execPath, BARE, body, type], { stdout: 'pipe', stderr: 'inherit' })
  const reader = bare.stdout.getReader()
  const bareUrl = new TextDecoder().decode((await reader.read()).value).trim()
  const rounds: { ours: number; theirs: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ ours: await callsPerSecond(url), theirs: await callsPerSecond(bareUrl) })
  }
  const { ours, theirs } = rounds.sort((a, b) => a.ours / a.theirs - b.ours / b.theirs)[ROUNDS >> 1]!
  bare.kill()
  await bare.exited
  return {
    what,
    figure: `${count(ours)}/s`,
    baseline: `bare server ${count(theirs)}/s`,
    ratio: ours / theirs,
    goal: '≥ 0.7 of it',
    reached: ours / theirs >= 0.7,
  }
}

async function callsPerSecond(url: string): Promise<number> {
  const load = Bun.spawn([process.execPath, LOAD, url, '8', '300'], { stdout: 'pipe', stderr: 'inherit' })
  const said = await new Response(load.stdout).text()
  if ((await load.exited) !== 0) throw new Error(`${url} could not be measured`)
  return Number(said)
}
