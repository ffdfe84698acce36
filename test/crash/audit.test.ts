/** The audit after a gateway that ended between the registry's file and the audit's, and after an edit by hand. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource } from '../gateway'

// several gateways each, on a loaded machine
setDefaultTimeout(60_000)

const ONE = strategySource({ tag: 'v1' })
const TWO = strategySource({ tag: 'v2' })
const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-audit-'))
  made.push(folder)
  return folder
}

test('a tag that moved before a kill, and was not audited, is audited at the next start, once', async () => {
  const folder = newFolder()
  let v1: string
  {
    await using gateway = await startGateway({ folder })
    v1 = (await gateway.upload(ONE)).hash
  }
  {
    await using gateway = await startGateway({ folder, env: { MELTICA_FAIL_POINT: 'remove other' } })
    expect(await gateway.upload(TWO).catch(() => 'no answer')).toBe('no answer')
    await gateway.exited()
    expect(gateway.child.signalCode).toBe('SIGKILL')
  }
  {
    await using gateway = await startGateway({ folder })
    const v2 = (await gateway.get('/strategies/modules/grid')).body.hash
    expect(v2).not.toBe(v1)
    const { body } = await gateway.get('/audit?who=recovered')
    expect(
      body.items.map((entry: Record<string, unknown>) => [entry.what, entry.subject, entry.before, entry.after]),
    ).toEqual(
      expect.arrayContaining([
        ['tag_moved', 'grid:latest', v1, v2],
        ['tag_moved', 'grid:v2', undefined, v2],
      ]),
    )
    expect(body.total).toBe(2)
    expect((await gateway.post('/strategies/modules/grid/tags/latest/rollback')).body.hash).toBe(v1)
  }
  await using gateway = await startGateway({ folder })
  expect((await gateway.get('/audit?who=recovered')).body.total).toBe(2)
})

test('tags moved, made and removed by hand while no gateway ran are audited at the next start', async () => {
  const folder = newFolder()
  let v1: string
  let v2: string
  {
    await using gateway = await startGateway({ folder })
    v1 = (await gateway.upload(ONE)).hash
    v2 = (await gateway.upload(TWO)).hash
    await gateway.put('/strategies/modules/grid/tags/old', { hash: v1 })
  }
  const file = join(folder, 'strategies/registry.json')
  const registry = JSON.parse(readFileSync(file, 'utf8'))
  delete registry.grid.tags.old
  Object.assign(registry.grid.tags, { latest: v1, prod: v2 })
  writeFileSync(file, JSON.stringify(registry))
  await using gateway = await startGateway({ folder })
  const { body } = await gateway.get('/audit?who=recovered')
  const told = body.items.map((entry: Record<string, unknown>) => [
    entry.what,
    entry.subject,
    entry.before,
    entry.after,
  ])
  expect(told.toReversed()).toEqual([
    ['tag_moved', 'grid:latest', v2, v1],
    ['tag_moved', 'grid:prod', undefined, v2],
    ['tag_deleted', 'grid:old', v1, undefined],
  ])
})

test('a home that the data folder sees first is taken as it stands, and a deletion is not told twice', async () => {
  const folder = newFolder()
  {
    await using gateway = await startGateway({ folder })
    await gateway.upload(ONE)
    await gateway.upload(TWO)
    expect((await gateway.delete('/strategies/modules/grid:v1')).status).toBe(204)
  }
  {
    await using gateway = await startGateway({ folder })
    expect((await gateway.get('/audit?who=recovered')).body.total).toBe(0)
  }
  rmSync(join(folder, 'data'), { recursive: true })
  await using gateway = await startGateway({ folder })
  expect((await gateway.get('/audit')).body.total).toBe(0)
})
