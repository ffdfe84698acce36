/** `meltica backtest --report` as a trader calls it. */
import { expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { repeating } from '../../../src/cli/run/report'
import { folder, strategy, trades } from '../../backtest/backtests'
import { meltica, SHIPPED } from '../meltica'

const BUYER = strategy("onTrade() { if (n++ === 2) runtime.submitMarketOrder('', 'buy', '0.1') },", 'let n = 0')
const ARGS = ['backtest', './tester.js', '--data', 'BTC-USDT.csv']

async function prepared() {
  const home = await folder()
  await Bun.write(join(home.path, 'tester.js'), BUYER)
  await Bun.write(join(home.path, 'BTC-USDT.csv'), trades(100, 101, 102, 103, 104, 105))
  return home
}

test('the same input makes the same page to the byte, small and in one file', async () => {
  await using home = await prepared()
  for (const file of ['one.html', 'two.html']) {
    const { status, stdout } = await meltica(home.path, ...ARGS, '--report', file)
    expect([status, stdout.includes('1 orders')]).toEqual([0, true])
  }
  const one = await Bun.file(join(home.path, 'one.html')).text()
  expect(await Bun.file(join(home.path, 'two.html')).text()).toBe(one)
  expect(one.length).toBeLessThan(500_000)
  const markup = one.slice(0, one.indexOf('<script>'))
  expect(markup).not.toMatch(/ src=|<link[^>]* href="(?!data:)|@import|url\(/)
  expect((await readdir(home.path)).sort()).toEqual(['BTC-USDT.csv', 'one.html', 'tester.js', 'two.html'])
})

test('a path that cannot be written is refused before anything is run', async () => {
  await using home = await prepared()
  await Bun.write(join(home.path, 'tester.js'), strategy("onTrade() { log('it ran') },"))
  for (const path of ['missing/report.html', '.', 'tester.js/report.html']) {
    const { status, stdout, stderr } = await meltica(home.path, ...ARGS, '--logs', '--report', path)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toStartWith(`error: ${path} cannot be written: `)
    expect(stderr).not.toContain('it ran')
  }
  expect((await readdir(home.path)).sort()).toEqual(['BTC-USDT.csv', 'tester.js'])
})

test('a run that fails leaves the report of before as it was', async () => {
  await using home = await prepared()
  await Bun.write(join(home.path, 'report.html'), 'that of before')
  await Bun.write(join(home.path, 'BTC-USDT.csv'), `${trades(100, 101)}broken\n`)
  const { status } = await meltica(home.path, ...ARGS, '--report', 'report.html')
  expect(status).toBe(1)
  expect(await Bun.file(join(home.path, 'report.html')).text()).toBe('that of before')
  expect((await readdir(home.path)).sort()).toEqual(['BTC-USDT.csv', 'report.html', 'tester.js'])
})

test('a report on standard output leaves the table to standard error, and does not share it', async () => {
  await using home = await prepared()
  const { status, stdout, stderr } = await meltica(home.path, ...ARGS, '--report', '-')
  expect(status).toBe(0)
  expect(stdout).toStartWith('<!doctype html>')
  expect(stdout).toEndWith('</html>\n')
  expect(stderr).toContain('1 orders')
  const both = await meltica(home.path, ...ARGS, '--report', '-', '--json', '-')
  expect([both.status, both.stdout]).toEqual([2, ''])
  expect(both.stderr).toContain('--json and --report both name -')
})

test('the command in it does the same again, wherever tags have moved since', async () => {
  await using home = await prepared()
  const args = ['momentum', '--strategies', SHIPPED, '--data', 'BTC-USDT.csv', '--set', 'threshold=0.1']
  const first = await meltica(home.path, 'backtest', ...args, '--json', 'one.json', '--report=one.html')
  expect(first.status).toBe(0)
  const one = await Bun.file(join(home.path, 'one.json')).json()
  const html = await Bun.file(join(home.path, 'one.html')).text()
  const command = `meltica backtest momentum@${one.strategy.hash} --strategies ${SHIPPED} --data BTC-USDT.csv --set threshold=0.1`
  expect(html).toContain(JSON.stringify(command))
  await meltica(home.path, ...command.split(' ').slice(1), '--json', 'two.json')
  expect(await Bun.file(join(home.path, 'two.json')).json()).toEqual(one)
})

test('the command is quoted for a shell, and names no output', () => {
  const result = { strategy: { name: 'grid', tag: 'v1', hash: 'sha256:aa' } }
  const args = ['backtest', 'grid:v1', '--json', 'a.json', '--set', "note=it's", '--report=b.html', '--data', 'a b.csv']
  expect(repeating(args, { selector: 'grid:v1', ...result })).toBe(
    String.raw`meltica backtest grid@sha256:aa --set 'note=it'\''s' --data 'a b.csv'`,
  )
  expect(repeating(['backtest', './grid.js'], { selector: './grid.js', ...result })).toBe('meltica backtest ./grid.js')
  const several = ['backtest', 'a=grid:v1', './b.js', 'c=./b.js']
  const file = { name: 'b', hash: 'sha256:bb' }
  const pins = [
    { selector: 'a=grid:v1', ...result },
    ...several.slice(2).map((selector) => ({ selector, strategy: file })),
  ]
  expect(repeating(several, ...pins)).toBe('meltica backtest a=grid@sha256:aa ./b.js c=./b.js')
  const both = ['compare', 'grid', 'grid', '--data', 'grid']
  const other = { name: 'grid', hash: 'sha256:bb' }
  expect(repeating(both, { selector: 'grid', ...result }, { selector: 'grid', strategy: other })).toBe(
    'meltica compare grid@sha256:aa grid@sha256:bb --data grid',
  )
})
