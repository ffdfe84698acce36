/** Calls a second of a gateway against those of a bare server that answers the same bytes. */
import { join } from 'node:path'
import { folder } from './folder'
import { count, percentile, type Row } from './row'

const LOAD = join(import.meta.dir, 'load.ts')
const BARE = join(import.meta.dir, 'bare-server.ts')
const ROUNDS = 5

/**
 * Taken in turns, so that the noise of the machine falls on all; the turn of the median ratio.
 * @param path of a GET.
 * @param firstLight the address of that release's gateway.
 */
export async function readsRow(what: string, path: string, ours: string, firstLight?: string): Promise<Row> {
  await using bare = await bareServer(ours + path)
  const rounds: { ours: number; bare: number; firstLight: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({
      ours: await callsPerSecond(ours + path),
      bare: await callsPerSecond(bare.url),
      firstLight: firstLight === undefined ? Number.NaN : await callsPerSecond(firstLight + path),
    })
  }
  const middle = rounds.sort((a, b) => a.ours / a.bare - b.ours / b.bare)[ROUNDS >> 1]!
  const before = rounds.map((round) => round.firstLight).sort((a, b) => a - b)
  return {
    what,
    figure: `${count(middle.ours)}/s`,
    baseline: `bare server ${count(middle.bare)}/s`,
    ratio: middle.ours / middle.bare,
    ...(firstLight !== undefined && { firstLight: `${count(percentile(before, 50))}/s` }),
    goal: '≥ 0.7 of it',
    reached: middle.ours / middle.bare >= 0.7,
  }
}

/** Those that a server sets itself are left to it. */
const LEFT = new Set(['content-length', 'date'])

/** One that answers what the URL answers. */
async function bareServer(url: string): Promise<AsyncDisposable & { readonly url: string }> {
  using stack = new DisposableStack()
  const body = join(stack.use(folder()).path, 'body')
  const answer = await fetch(url)
  await Bun.write(body, await answer.bytes())
  const headers = JSON.stringify([...answer.headers].filter(([name]) => !LEFT.has(name)))
  const child = Bun.spawn([process.execPath, BARE, body, headers], { stdout: 'pipe', stderr: 'inherit' })
  const said = await child.stdout.getReader().read()
  const kept = stack.move()
  return {
    url: new TextDecoder().decode(said.value).trim(),
    async [Symbol.asyncDispose]() {
      child.kill()
      await child.exited
      kept.dispose()
    },
  }
}

async function callsPerSecond(url: string): Promise<number> {
  const load = Bun.spawn([process.execPath, LOAD, url, '8', '300'], { stdout: 'pipe', stderr: 'inherit' })
  const said = await new Response(load.stdout).text()
  if ((await load.exited) !== 0) throw new Error(`${url} could not be measured`)
  return Number(said)
}
