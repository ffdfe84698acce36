/** From the start of a gateway's process until it says that it listens, which is when it is ready. */
import { startGateway } from '../test/gateway'
import { folder } from './folder'
import { count, type Row } from './row'

const ROUNDS = 4
const GOALS_S: Readonly<Record<number, number>> = { 1000: 0.3, 10000: 2 }

/**
 * The best of some rounds in which all take turns.
 * @param home the folder of a gateway.
 * @param firstLight that release, and a folder with as many revisions.
 */
export async function startRow(
  revisions: number,
  home: string,
  firstLight: { readonly main: string; readonly home: string } | undefined,
): Promise<Row> {
  using empty = folder()
  let full = Number.POSITIVE_INFINITY
  let none = Number.POSITIVE_INFINITY
  let before = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    full = Math.min(full, await startSeconds(home))
    none = Math.min(none, await startSeconds(empty.path))
    if (firstLight) before = Math.min(before, await startSeconds(firstLight.home, firstLight.main))
  }
  const goal = GOALS_S[revisions] ?? Number.NaN
  return {
    what: `start with ${count(revisions)} unchanged revisions, to ready`,
    figure: `${full.toFixed(2)} s`,
    baseline: `with none ${none.toFixed(2)} s`,
    ratio: full / none,
    ...(firstLight && { firstLight: `${before.toFixed(2)} s` }),
    goal: `≤ ${goal} s`,
    reached: full <= goal,
  }
}

async function startSeconds(at: string, main?: string): Promise<number> {
  const begin = performance.now()
  await using _ = await startGateway({ folder: at, ...(main !== undefined && { main }) })
  return (performance.now() - begin) / 1000
}
