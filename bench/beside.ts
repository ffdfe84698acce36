/** A group of rows beside those of the first-light release: each in processes of its own, in turns, of each row the best turn. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Release } from './first-light'
import { numberOf, type Row } from './row'

const OWN_ROOT = join(import.meta.dir, '..')
const ROWS = join(import.meta.dir, 'rows.ts')
const TURNS = 2

/** @param group the module in `bench/` that exports `<group>Rows`. */
export async function rowsBeside(group: string, release: Release | undefined): Promise<Row[]> {
  const ours: Row[][] = []
  const theirs: Row[][] = []
  // a group of what came later is not in it
  const compared = release && existsSync(join(release.root, 'bench', `${group}.ts`)) ? release : undefined
  for (let turn = 0; turn < TURNS; turn++) {
    ours.push(await rowsOf(OWN_ROOT, group))
    if (compared) theirs.push(await rowsOf(compared.root, group))
  }
  return (ours[0] ?? []).map(({ what }) => {
    const firstLight = best(theirs, what)?.figure
    return { ...best(ours, what)!, ...(firstLight !== undefined && { firstLight }) }
  })
}

/** Undefined for what first light did not measure. */
function best(turns: readonly Row[][], what: string): Row | undefined {
  const rows = turns.flatMap((rows) => rows.filter((row) => row.what === what))
  rows.sort((a, b) => numberOf(a.figure) - numberOf(b.figure))
  return rows[0]?.figure.endsWith('/s') ? rows.at(-1) : rows[0]
}

async function rowsOf(root: string, group: string): Promise<Row[]> {
  const child = Bun.spawn([process.execPath, ROWS, root, group], { stdout: 'pipe', stderr: 'inherit' })
  const said = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`the group ${group} of ${root} could not be measured`)
  return JSON.parse(said)
}
