/** `meltica types`: the types, for a folder that has none, or older ones. */
import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, strategy } from '../../backtest/backtests'
import { meltica } from '../meltica'

test('it prints what a new folder has, and takes no arguments', async () => {
  await using home = await folder()
  const { status, stdout, stderr } = await meltica(home.path, 'types')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  await meltica(home.path, 'init', 'mine')
  expect(stdout).toBe(readFileSync(join(home.path, 'mine/meltica.d.ts'), 'utf8'))
  expect(stdout).toContain("declare module 'meltica' {")
  expect((await meltica(home.path, 'types', 'more')).status).toBe(2)
})

/** The names of the members of an interface in the types. */
function membersOf(types: string, name: string): string[] {
  const body = new RegExp(`interface ${name} \\{\n(.*?)\n {2}\\}`, 's').exec(types)?.[1] ?? ''
  return [...body.matchAll(/^ {4}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member = '']) => member)
}

test('the types name all that is in the JSON of a backtest, in each of its parts', async () => {
  await using home = await folder()
  const { stdout: types } = await meltica(home.path, 'types')
  const source = strategy("onTrade(c, e, p) { runtime.submitMarketOrder('', 'buy', '1') }")
  writeFileSync(join(home.path, 'mine.js'), source)
  writeFileSync(
    join(home.path, 'data.csv'),
    `timestamp,price,quantity\n${[0, 1, 2].map((s) => `${1_704_067_200_000 + s * 1000},10,5\n`).join('')}`,
  )
  await meltica(home.path, 'backtest', 'mine.js', '--json', 'result.json')
  const result = JSON.parse(readFileSync(join(home.path, 'result.json'), 'utf8'))
  const unnamed = (value: object, name: string) => {
    const members = membersOf(types, name)
    return Object.keys(value).filter((key) => !members.includes(key))
  }
  expect(result.trades).toHaveLength(1)
  expect([
    unnamed(result, 'BacktestResult'),
    unnamed(result.settings, 'BacktestSettings'),
    unnamed(result.data[0], 'DataSource'),
    unnamed(result.trades[0], 'ClosedTrade'),
  ]).toEqual([[], [], [], []])
  expect(membersOf(types, 'Statistics')).toEqual(Object.keys(result.stats))
})
