/** The shipped strategies by tests of their own, as authors write them, which are no strategies to a gateway. */
import { expect, test } from 'bun:test'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../backtest/backtests'
import { meltica, SHIPPED } from '../cli/meltica'
import { startGateway } from '../gateway'

const TESTS = join(SHIPPED, 'tests')
const NAMES = Object.keys(JSON.parse(readFileSync(join(SHIPPED, 'registry.json'), 'utf8'))).sort()

test('each of them does what its tests and golden files say', async () => {
  const { status, stderr } = await meltica({ cwd: TESTS, env: { CI: 'true' } }, 'test')
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  expect(stderr).toMatch(/^ *1[2-9] pass$/m)
  const files = readdirSync(TESTS).filter((name) => name.endsWith('.test.ts'))
  const texts = files.map((name) => readFileSync(join(TESTS, name), 'utf8')).join('\n')
  expect(NAMES.filter((name) => !texts.includes(`strategy: '${name}'`))).toEqual([])
})

test('a golden file tells of another behaviour', async () => {
  await using home = await folder()
  cpSync(SHIPPED, join(home.path, 'strategies'), { recursive: true })
  const tests = join(home.path, 'strategies/tests')
  const text = readFileSync(join(tests, 'grid.test.ts'), 'utf8')
  await Bun.write(join(tests, 'grid.test.ts'), text.replace("cash: '10000'", "cash: '10000', feeBps: 11"))
  const { status, stderr } = await meltica({ cwd: tests, env: { CI: 'true' } }, 'test', 'grid')
  expect(status).toBe(1)
  expect(stderr).toContain('the result is not that of golden/grid.json')
  expect(stderr).toMatch(/^ {2}fees +\S+ → \S+$/m)
})

test('the tests beside them are no strategies', async () => {
  await using home = await folder()
  cpSync(SHIPPED, join(home.path, 'strategies'), { recursive: true })
  await using gateway = await startGateway({ folder: home.path })
  const { body } = await gateway.get('/strategies/modules?limit=100')
  expect(body.modules.map(({ name }: { name: string }) => name).sort()).toEqual(NAMES)
  expect((await gateway.get('/readyz')).text).not.toContain('tests')
  expect(gateway.stderr).not.toContain('tests')
})
