/** `meltica dev`: what it prints after each save, however the editor saves. */
import { expect, test } from 'bun:test'
import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../until'
import { meltica, start } from '../meltica'
import { AuthorFolder, CANDLES, TURNS } from './author-folder'

/** `meltica dev` in a folder, and all that it has printed. */
class Dev implements AsyncDisposable {
  readonly child: ReturnType<typeof start>
  text = ''
  private readonly read: Promise<unknown>

  constructor(folder: AuthorFolder, args: readonly string[] = ['./turns.js'], data = ['--data', 'BTC-USDT.csv']) {
    this.child = start(folder.path, 'dev', ...args, ...data, '--fee-bps', '0')
    this.read = Promise.all([this.gather(this.child.stdout), this.gather(this.child.stderr)])
  }

  /** Does something, and answers what was printed from then on to where this stands. */
  async after(act: () => void, words: string): Promise<string> {
    const from = this.text.length
    act()
    await until(() => this.text.slice(from).includes(words))
    return this.text.slice(from)
  }

  async end(signal: NodeJS.Signals): Promise<number> {
    this.child.kill(signal)
    await this.read
    return this.child.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.child.exited
  }

  private async gather(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder()
    for await (const chunk of stream) this.text += decoder.decode(chunk, { stream: true })
  }
}

const every = (count: number): string => TURNS.replace('default: 2', `default: ${count}`)

test('each save is run, however an editor saves, and what changed is printed as before and after', async () => {
  using folder = new AuthorFolder()
  const path = join(folder.path, 'turns.js')
  await using dev = new Dev(folder)
  expect(await dev.after(() => undefined, 'log lines, ')).toContain('6 orders, 6 log lines, 0 errors')

  const over = await dev.after(() => writeFileSync(path, every(3)), 'Orders')
  expect(over).toMatch(/^ {2}Orders +6 → 4$/m)
  expect(over).not.toContain('Log lines')
  const renamed = await dev.after(() => {
    writeFileSync(`${path}.new`, every(4))
    renameSync(`${path}.new`, path)
  }, '→')
  expect(renamed).not.toContain('Orders')
  const emptied = await dev.after(() => {
    truncateSync(path)
    writeFileSync(path, every(2))
  }, 'Orders')
  expect(emptied).toMatch(/^ {2}Orders +4 → 6$/m)

  const broken = await dev.after(() => writeFileSync(path, `${TURNS}}`), 'error:')
  expect(broken).toMatch(/\.\/turns\.js:\d+:\d+: compile: /)
  const mended = await dev.after(() => writeFileSync(path, every(7)), 'Orders')
  expect(mended).toMatch(/^ {2}Orders +6 → 2$/m)
  const same = await dev.after(() => writeFileSync(path, `${every(7)}\n`), 'no figure has changed')
  expect(same).not.toContain('→')

  const data = await dev.after(
    () => writeFileSync(join(folder.path, 'BTC-USDT.csv'), CANDLES.split('\n').slice(0, 5).join('\n')),
    'Log lines',
  )
  expect(data).toMatch(/^ {2}Log lines +6 → 4$/m)
  expect(await dev.end('SIGINT')).toBe(130)
  expect(dev.text.slice(dev.text.indexOf('since the start'))).toMatch(/^ {2}Orders +6 → 2$/m)
})

test('what a strategy imports is followed as well', async () => {
  using folder = new AuthorFolder({
    'lib/size.ts': 'export const every: number = 2\n',
    'typed.ts': `import { every } from './lib/size'\n${TURNS.replace('config.every', 'every')}`.replace(
      'module.exports =',
      'export default',
    ),
  })
  await using dev = new Dev(folder, ['./typed.ts'])
  await dev.after(() => undefined, 'log lines, ')
  const saved = await dev.after(() => folder.write({ 'lib/size.ts': 'export const every: number = 3\n' }), 'Orders')
  expect(saved).toMatch(/^ {2}Orders +6 → 4$/m)
})

test('an import that is not there is waited for, in whatever folder, and so is one that was removed', async () => {
  const typed = (path: string) =>
    `import { every } from '${path}'\n${TURNS.replace('config.every', 'every')}`.replace(
      'module.exports =',
      'export default',
    )
  using folder = new AuthorFolder({ 'typed.ts': typed('./lib/deep/size.js') })
  await using dev = new Dev(folder, ['./typed.ts'])
  const size = (count: number) => `export const every: number = ${count}\n`
  await dev.after(() => undefined, 'there is no file ./lib/deep/size.js')
  const made = await dev.after(() => folder.write({ 'lib/deep/size.ts': size(2) }), 'log lines, ')
  expect(made).toContain('6 orders')
  await dev.after(() => rmSync(join(folder.path, 'lib'), { recursive: true }), 'there is no file ./lib/deep/size.js')
  expect(await dev.after(() => folder.write({ 'lib/deep/size.ts': size(3) }), 'Orders')).toMatch(/^ {2}Orders +6 → 4$/m)
})

test('a folder with an index, and a package, that come while it waits are found', async () => {
  const typed = (path: string) =>
    `import { every } from '${path}'\n${TURNS.replace('config.every', 'every')}`.replace(
      'module.exports =',
      'export default',
    )
  using folder = new AuthorFolder({ 'typed.ts': typed('./sizes') })
  await using dev = new Dev(folder, ['./typed.ts'])
  await dev.after(() => undefined, 'there is no file ./sizes')
  const made = await dev.after(
    () => folder.write({ 'sizes/index.ts': 'export const every: number = 2\n' }),
    'log lines, ',
  )
  expect(made).toContain('6 orders')
  await dev.after(() => folder.write({ 'typed.ts': typed('sized') }), 'the package sized is not installed')
  const installed = await dev.after(
    () =>
      folder.write({
        'node_modules/sized/index.js': 'exports.every = 3\n',
        'node_modules/sized/package.json': '{"name":"sized","main":"index.js"}',
      }),
    'log lines, ',
  )
  expect(installed).toContain('4 orders')
  expect(await dev.end('SIGINT')).toBe(130)
})

test('without --data it says that a sample is used, once, and goes over to data.csv when that is there', async () => {
  using folder = new AuthorFolder()
  await using dev = new Dev(folder, ['./turns.js', '--cash', '1000000'], [])
  const first = await dev.after(() => undefined, 'log lines, ')
  expect(first).toContain('no --data and no ./data.csv: a generated sample is used')
  const second = await dev.after(() => folder.write({ 'turns.js': every(3) }), 'Orders')
  expect(second).not.toContain('sample')
  const third = await dev.after(() => folder.write({ 'data.csv': CANDLES }), 'Log lines')
  expect(third).toMatch(/^ {2}Data +BTC-USDT-sample\.csv → data\.csv$/m)
})

test('it begins with a strategy that is broken or not there, and goes on when it is saved', async () => {
  using folder = new AuthorFolder({ 'turns.js': 'module.exports = {' })
  await using dev = new Dev(folder)
  await dev.after(() => undefined, 'error:')
  expect(await dev.after(() => folder.write({ 'turns.js': TURNS }), 'log lines, ')).toContain('6 orders')
  expect(await dev.end('SIGTERM')).toBe(130)
})

test('a save during a run ends that run, and the next one begins', async () => {
  const minutes = Array.from({ length: 40_000 }, (_, minute) => `${Date.UTC(2024, 0, 1, 0, minute)},100,102,99,101,10`)
  const slow = TURNS.replace('helpers.log(', 'let sum = 0; for (let i = 0; i < 20_000; i++) sum += i; helpers.log(')
  const data = `timestamp,open,high,low,close,volume\n${minutes.join('\n')}\n`
  using folder = new AuthorFolder({ 'BTC-USDT.csv': data, 'turns.js': slow.replace("'seen'", "'slow'") })
  await using dev = new Dev(folder, ['./turns.js', '--logs', '--logs-per-second', '100000'])
  await dev.after(() => undefined, 'slow 300 ')
  const next = await dev.after(() => folder.write({ 'turns.js': TURNS }), 'log lines, ')
  expect(next).not.toContain('slow 40000 ')
  expect(next).toContain('40,000 log lines')
})

test('what cannot be watched is refused', async () => {
  using folder = new AuthorFolder()
  const refused = async (...args: string[]) => {
    const { status, stderr } = await meltica(folder.path, 'dev', ...args)
    return [status, stderr.split('\n')[0]]
  }
  expect(await refused('-')).toEqual([2, 'error: standard input cannot be watched'])
  expect(await refused('./turns.js', '--data', '-')).toEqual([2, 'error: standard input cannot be watched'])
  expect(await refused('turns')).toEqual([2, 'error: turns is a revision, which never changes'])
})
