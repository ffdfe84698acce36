/** `meltica backup` and `restore` from a shell. */
import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway, strategySource } from '../../gateway'
import { launch, printed, rows, run, startTrading } from './shell'

test('a backup goes into a file, and from there into another gateway', async () => {
  await using gateway = await startTrading()
  await using other = await startGateway()
  for (const each of [gateway, other]) await each.upload(strategySource())
  await launch(gateway, 'one', 'grid')
  const file = join(gateway.folder, 'backup.json')
  expect(await run(gateway, 'backup', '-o', file)).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, lambdas: [{ id: 'one' }] })
  expect(await rows(other, 'restore', file)).toEqual([
    { WHAT: 'provider', NAME: 'sim', OUTCOME: 'restored' },
    { WHAT: 'instance', NAME: 'one', OUTCOME: 'restored' },
    { WHAT: 'risk limits', NAME: '', OUTCOME: 'unchanged' },
  ])
  expect(await printed(other, 'restore', '-q', file)).toBe('sim\none\n')
  const { takenAt: _, ...kept } = JSON.parse(await printed(other, 'backup'))
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject(kept)
}, 30_000)

test('a file that is no backup is refused, and so is one that does not fit', async () => {
  await using gateway = await startTrading()
  const file = join(gateway.folder, 'backup.json')
  expect(await run(gateway, 'restore', file)).toMatchObject({
    status: 1,
    stderr: `error: ${file} cannot be read: there is no such file or folder\nhint: check the path\n`,
  })
  writeFileSync(
    file,
    '{"lambdas": [{"id": "x", "strategy": {"identifier": "grid"}, "scope": {"sim": {"symbols": ["A-B"]}}}]}',
  )
  const { status, stderr } = await run(gateway, 'restore', file)
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining('lambdas[0].strategy.identifier: strategy "grid" not found'),
  ])
}, 30_000)
