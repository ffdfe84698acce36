/** From the start of a gateway's process until it says that it listens, which is when it is ready. */
import { join } from 'node:path'
import { startGateway } from '../test/gateway'
import { folder } from './folder'
import { count, type Row } from './row'

const ROUNDS = 4
const GOALS_S: Readonly<Record<number, number>> = { 1000: 0.3, 10000: 2 }
const BINARY = [join(import.meta.dir, '../dist/meltica')]

interface Start {
  /** The folder of a gateway. */
  readonly home: string
  /** The source where there is none. */
  readonly command?: readonly string[]
}

/**
 * Seconds to start the source and the binary: the best of some rounds in which all take turns.
 * @param home the folder of a gateway.
 * @param firstLight that release, and a folder with as many revisions.
 */
export async function startRows(revisions: number, home: string, firstLight: Start | undefined): Promise<Row[]> {
  using empty = folder()
  const [source = Number.NaN, none = Number.NaN, binary = Number.NaN, binaryNone = Number.NaN, before] =
    await bestSeconds([
      { home },
      { home: empty.path },
      { home, command: BINARY },
      { home: empty.path, command: BINARY },
      ...(firstLight ? [firstLight] : []),
    ])
  const goal = GOALS_S[revisions] ?? Number.NaN
  const row = (what: string, seconds: number, bare: number): Row => ({
    what: `start of the ${what} with ${count(revisions)} unchanged revisions, to ready`,
    figure: `${seconds.toFixed(2)} s`,
    baseline: `with none ${bare.toFixed(2)} s`,
    ratio: seconds / bare,
    ...(before !== undefined && { firstLight: `${before.toFixed(2)} s` }),
    goal: `≤ ${goal} s`,
    reached: seconds <= goal,
  })
  return [row('source', source, none), row('binary', binary, binaryNone)]
}

async function bestSeconds(starts: readonly Start[]): Promise<number[]> {
  const best = starts.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, start] of starts.entries()) best[index] = Math.min(best[index]!, await startSeconds(start))
  }
  return best
}

async function startSeconds({ home, command }: Start): Promise<number> {
  const begin = performance.now()
  await using _ = await startGateway({ folder: home, ...(command && { command }) })
  return (performance.now() - begin) / 1000
}
