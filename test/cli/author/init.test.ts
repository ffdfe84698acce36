/** `meltica init`: a folder to write a strategy in, there whole or not at all. */
import { expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../../backtest/backtests'
import { BINARY, binaryIsOld, FROM_SOURCES, PROGRAM } from '../../binary'
import { tsc } from '../../sandbox/tsc'
import { skipped } from '../../skipped'
import { meltica } from '../meltica'

const REST = ['strategy.test.ts', 'meltica.d.ts', 'tsconfig.json', 'README.md', 'data/sample.csv.gz']
const TEMPLATES = ['blank', 'cross', 'grid', 'maker']

/** All files below, in their order. */
const filesIn = (path: string): string[] =>
  (readdirSync(path, { recursive: true, encoding: 'utf8' }) as string[])
    .filter((name) => statSync(join(path, name)).isFile())
    .sort()

/** Its texts by their names. */
const textsIn = (path: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), 'utf8')]))

test('it makes a folder of TypeScript that logs, and says what it has made and what comes next', async () => {
  await using home = await folder()
  const { status, stdout, stderr } = await meltica(home.path, 'init', 'my-first')
  expect({ status, stderr }).toEqual({ status: 0, stderr: 'next: cd my-first && meltica test\n' })
  const made = ['strategy.ts', ...REST]
  expect(stdout).toBe(made.map((name) => `my-first/${name}\n`).join(''))
  expect(readdirSync(home.path)).toEqual(['my-first'])
  expect(filesIn(join(home.path, 'my-first'))).toEqual([...made].sort())
  const {
    'strategy.ts': source = '',
    'README.md': readme = '',
    'strategy.test.ts': tests = '',
  } = textsIn(join(home.path, 'my-first'), ['strategy.ts', 'README.md', 'strategy.test.ts'])
  expect(source).toContain("name: 'my-first',")
  expect(source).toContain("displayName: 'My first',")
  expect(readme).toStartWith('# My first\n')
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
  expect(tests).toContain("name: 'my-first'")
  expect(await tsc(textsIn(join(home.path, 'my-first'), ['strategy.ts', 'strategy.test.ts']))).toEqual([])
}, 60_000)

test.each(TEMPLATES)(
  '%s in JavaScript is valid, without a warning, and does on the sample what it is for',
  async (template) => {
    await using home = await folder()
    expect((await meltica(home.path, 'init', 'mine', '--js', '--template', template)).status).toBe(0)
    const mine = join(home.path, 'mine')
    expect(filesIn(mine)).toEqual(['strategy.js', ...REST].sort())
    expect(readFileSync(join(mine, 'strategy.test.ts'), 'utf8')).not.toContain('strategy.ts')
    const checked = await meltica(mine, 'check', 'strategy.js')
    expect(checked).toMatchObject({ status: 0, stderr: '' })
    expect(checked.stdout).toStartWith('ok: mine:v0.1.0 ')
    const ran = await meltica(mine, 'backtest', 'strategy.js', '--data', 'data/sample.csv.gz', '--json', 'result.json')
    expect(ran.status).toBe(0)
    const { orders, logs, errors, data, stats, trades } = JSON.parse(readFileSync(join(mine, 'result.json'), 'utf8'))
    expect({ errors, rows: data[0].rows, gaps: data[0].gaps }).toEqual({ errors: 0, rows: 21 * 24 * 60, gaps: 0 })
    if (template === 'blank') expect({ orders, logs }).toEqual({ orders: 0, logs: 21 * 24 })
    else {
      expect(orders).toBeGreaterThan(20)
      expect(stats.trades).toBeGreaterThan(1)
      expect(trades[0].symbol).toBe('BTC-USDT')
    }
  },
  60_000,
)

test.each(TEMPLATES)(
  '%s is the same strategy in TypeScript and in JavaScript',
  async (template) => {
    await using home = await folder()
    await meltica(home.path, 'init', 'typed', '--template', template)
    await meltica(home.path, 'init', 'plain', '--js', '--template', template)
    // the types alone are taken away, and the call around them
    const typed = new Bun.Transpiler({ loader: 'ts' })
      .transformSync(readFileSync(join(home.path, 'typed/strategy.ts'), 'utf8'))
      .replace(/import \{[^}]*\} from "meltica";/, '')
      .replace(/export default strategy\((.*)\);/s, 'module.exports = $1')
    writeFileSync(join(home.path, 'typed.js'), typed.replace("'typed'", "'plain'"))
    const results: unknown[] = []
    const data = ['--data', 'plain/data/sample.csv.gz', '--to', '2024-01-04']
    for (const path of ['typed.js', 'plain/strategy.js']) {
      const ran = await meltica(home.path, 'backtest', path, ...data, '--json', 'result.json')
      expect(ran.status).toBe(0)
      const { strategy: _, ...result } = JSON.parse(readFileSync(join(home.path, 'result.json'), 'utf8'))
      results.push(result)
    }
    expect(results[0]).toEqual(results[1])
    expect(JSON.stringify(results[0]).length).toBeGreaterThan(1000)
  },
  60_000,
)

test('the sample is the same every time', async () => {
  await using home = await folder()
  for (const name of ['a', 'b']) await meltica(home.path, 'init', name)
  const [a, b] = ['a', 'b'].map((name) => Bun.hash(readFileSync(join(home.path, name, 'data/sample.csv.gz'))))
  expect(a).toBe(b!)
})

test('an empty folder is filled, also the one at hand and one that a link leads to', async () => {
  await using home = await folder()
  for (const name of ['here', 'linked']) mkdirSync(join(home.path, name))
  symlinkSync('linked', join(home.path, 'link'))
  expect(await meltica(join(home.path, 'here'), 'init', '.')).toMatchObject({
    status: 0,
    stderr: 'next: meltica test\n',
  })
  expect(filesIn(join(home.path, 'here'))).toEqual(['strategy.ts', ...REST].sort())
  expect(readFileSync(join(home.path, 'here/strategy.ts'), 'utf8')).toContain("name: 'here'")
  expect((await meltica(home.path, 'init', 'link')).status).toBe(0)
  expect(filesIn(join(home.path, 'linked'))).toEqual(['strategy.ts', ...REST].sort())
})

test('a name is made of the name of the folder, which may lie in one that is not there', async () => {
  await using home = await folder()
  const { status, stderr } = await meltica(home.path, 'init', 'ideas/My  Grid')
  expect({ status, stderr }).toEqual({ status: 0, stderr: "next: cd 'ideas/My  Grid' && meltica test\n" })
  const source = readFileSync(join(home.path, 'ideas/My  Grid/strategy.ts'), 'utf8')
  expect(source).toContain("name: 'my-grid',")
  expect(source).toContain("displayName: 'My grid',")
  // names that stand in the templates themselves
  await meltica(home.path, 'init', 'my-strategy-2')
  expect(readFileSync(join(home.path, 'my-strategy-2/strategy.ts'), 'utf8')).toContain("name: 'my-strategy-2',")
  await meltica(home.path, 'init', 'strategy.ts', '--js')
  expect(readFileSync(join(home.path, 'strategy.ts/strategy.js'), 'utf8')).toContain("name: 'strategy.ts',")
})

test('what is not an empty folder is refused with 1 and stays as it is', async () => {
  await using home = await folder()
  mkdirSync(join(home.path, 'full'))
  writeFileSync(join(home.path, 'full/notes.txt'), 'mine')
  writeFileSync(join(home.path, 'file'), 'mine')
  const full = await meltica(home.path, 'init', 'full')
  expect(full).toMatchObject({ status: 1, stdout: '' })
  expect(full.stderr).toMatch(/^error: \S+\/full is not empty: it has notes\.txt in it\nhint: .*empty.*\n$/)
  const file = await meltica(home.path, 'init', 'file')
  expect(file).toMatchObject({ status: 1, stdout: '' })
  expect(file.stderr).toMatch(/^error: \S+\/file is a file\nhint: .*empty.*\n$/)
  const below = await meltica(home.path, 'init', 'file/below/mine')
  expect(below).toMatchObject({ status: 1, stdout: '' })
  expect(below.stderr).toMatch(/^error: \S+\/mine cannot be written: .+\nhint: .+\n$/)
  expect(filesIn(home.path)).toEqual(['file', 'full/notes.txt'])
  expect([
    readFileSync(join(home.path, 'file'), 'utf8'),
    readFileSync(join(home.path, 'full/notes.txt'), 'utf8'),
  ]).toEqual(['mine', 'mine'])
})

test.each([
  ['.hidden', /^error: "\.hidden" cannot name a strategy\nhint: .*a-z.*\n$/],
  ['Größe', /^error: "Größe" cannot name a strategy\nhint: .*a-z.*\n$/],
  ['con', /^error: "con" cannot name a strategy: the system has that name\nhint: .+\n$/],
  ['/', /^error: "" cannot name a strategy\nhint: .*a-z.*\n$/],
  ['x'.repeat(129), /cannot name a strategy\nhint: .*128.*\n$/],
])('a folder called %s is refused with 1, and not made', async (name, says) => {
  await using home = await folder()
  const { status, stdout, stderr } = await meltica(home.path, 'init', name)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(says)
  expect(readdirSync(home.path)).toEqual([])
})

test('nothing is left of a folder that cannot be written to its end', async () => {
  await using home = await folder()
  // the first files fit into the longest path that there is, the last one does not
  const longest = (path: string, staging: number) => {
    const length = 4095 - '/made/strategy.test.ts'.length - staging
    const segments = `/${'y'.repeat(200)}`.repeat(20).slice(0, length - path.length - 2)
    return `${path}${segments.replace(/\/$/, 'z')}/m`.padEnd(length, 'm')
  }
  const absent = longest(join(home.path, 'absent'), '.meltica-init-XXXXXX'.length)
  const there = longest(join(home.path, 'there'), '/.meltica-init-XXXXXX'.length)
  mkdirSync(there, { recursive: true })
  for (const path of [absent, there]) {
    const { status, stdout, stderr } = await meltica(home.path, 'init', path)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^error: \S+ cannot be written: .*(name|path).*\nhint: .+\n$/)
  }
  expect(readdirSync(home.path)).toEqual(['there'])
  expect(readdirSync(there)).toEqual([])
})

test('a disk that takes no sample is told, and nothing is made', async () => {
  await using home = await folder()
  const command = ['sh', '-c', 'ulimit -f 100; exec "$@"', 'sh', ...PROGRAM, 'init', 'mine']
  const child = Bun.spawn(command, { cwd: home.path, stdout: 'ignore', stderr: 'pipe' })
  expect(await new Response(child.stderr).text()).toMatch(/^error: \S+ cannot be written: .+\nhint: .+\n$/)
  expect(await child.exited).toBe(1)
  expect(readdirSync(home.path)).toEqual([])
})

test('no folder, and a template that there is not, are wrong usage', async () => {
  await using home = await folder()
  expect(await meltica(home.path, 'init')).toMatchObject({ status: 2, stdout: '' })
  const { status, stderr } = await meltica(home.path, 'init', 'mine', '--template', 'cros')
  expect(status).toBe(2)
  expect(stderr).toContain('blank, cross, grid, maker')
  expect(readdirSync(home.path)).toEqual([])
})

const old = binaryIsOld()
if (old !== undefined) skipped('the binary makes the same folder, with nothing else', old)
else {
  test('the binary makes the same folder, with nothing else', async () => {
    await using home = await folder()
    const alone = { cwd: home.path, env: {}, stdout: 'ignore', stderr: 'ignore' } as const
    for (const args of [['--template', 'maker'], ['--js']]) {
      const name = args.length === 1 ? 'plain' : 'typed'
      expect(await Bun.spawn([BINARY, 'init', `binary/${name}`, ...args], alone).exited).toBe(0)
      expect(await Bun.spawn([...FROM_SOURCES, 'init', `sources/${name}`, ...args], alone).exited).toBe(0)
    }
    const [made, expected] = ['binary', 'sources'].map((from) => {
      const path = join(home.path, from)
      return filesIn(path).map((name) => [name, Bun.hash(readFileSync(join(path, name)))])
    })
    expect(made).toHaveLength(12)
    expect(made).toEqual(expected!)
  })
}
