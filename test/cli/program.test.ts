/** The program `meltica` as a whole: help, version, exit statuses. */
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { version } from '../../package.json'
import { loadEngine } from '../../src/sandbox/engine'
import { PROGRAM } from '../binary'

// a loaded machine takes its time to start processes
setDefaultTimeout(30_000)

const MAIN = join(import.meta.dir, '../../src/main.ts')

const meltica = (...args: string[]) => run(...PROGRAM, ...args)
const bun = (...args: string[]) => run(process.execPath, ...args)

async function run(...command: string[]) {
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [stdout, stderr, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
  return { stdout, stderr, status }
}

const ROOT = join(import.meta.dir, '../..')
const { hash: engine } = await loadEngine()

const versionLines = (commit: string) =>
  [`meltica ${version}`, `commit  ${commit}`, `engine  ${engine}`, `Bun     ${Bun.version}`, ''].join('\n')

test('--version prints version, commit, engine and Bun', async () => {
  const head = Bun.spawnSync(['git', 'rev-parse', 'HEAD'], { cwd: ROOT })
  const commit = head.success ? head.stdout.toString().trim() : 'unknown'
  for (const flag of ['--version', '-V']) {
    expect(await bun(MAIN, flag)).toEqual({ stdout: versionLines(commit), stderr: '', status: 0 })
  }
})

test('outside a working tree of its own the commit is unknown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-version-'))
  try {
    for (const path of ['src', 'sandbox', 'package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter: (from) => !from.endsWith('/target') })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const ask = async () => {
      const child = Bun.spawn([process.execPath, join(folder, 'src/main.ts'), '--version'], { stdout: 'pipe' })
      return await child.stdout.text()
    }
    expect(await ask()).toBe(versionLines('unknown'))
    // a tree of somebody else around it
    expect(Bun.spawnSync(['git', 'init', '-q', join(folder, 'src/cli')]).success).toBe(true)
    expect(await ask()).toBe(versionLines('unknown'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([
  ['0123abcd', '0123abcd'],
  ['', 'unknown'],
])('a build that was given the commit %p tells %s', async (given, told) => {
  const built = await bun('--define', `MELTICA_COMMIT=${JSON.stringify(given)}`, MAIN, '--version')
  expect(built).toEqual({ stdout: versionLines(told), stderr: '', status: 0 })
})

test('--help names the commands, and none that is of no use by itself', async () => {
  const { stdout, status } = await meltica('--help')
  expect(status).toBe(0)
  for (const command of ['serve', 'backtest', 'check', 'help'])
    expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
  expect(stdout).not.toContain('sandbox-host')
})

describe('help <command> has an example', () => {
  for (const command of ['serve', 'backtest', 'check', 'config', 'config check', 'rollout promote']) {
    test(command, async () => {
      const { stdout, status } = await meltica('help', ...command.split(' '))
      expect([status, stdout]).toEqual([0, expect.stringMatching(new RegExp(`Examples?:\\n +meltica ${command}`))])
    })
  }
})

test('an unknown command exits with 2 and names one that is near', async () => {
  const { stderr, status } = await meltica('srve')
  expect([status, stderr]).toEqual([2, expect.stringContaining('serve')])
})

test('wrong usage says where the command is explained', async () => {
  for (const [args, where] of [
    [['serve', '--nosuch'], 'meltica help serve'],
    [['token', 'creat'], 'meltica help token'],
    [['srve'], 'meltica help'],
  ] as const) {
    const { stderr, status } = await meltica(...args)
    expect([status, stderr.trimEnd().split('\n').at(-1)]).toEqual([2, `hint: see ${where}`])
  }
})

test('no command shows the help and exits with 2', async () => {
  const { stdout, stderr, status } = await meltica()
  expect([status, (stdout + stderr).includes('Usage: meltica')]).toEqual([2, true])
})

test('openapi writes the document to standard output', async () => {
  const { stdout, status } = await meltica('openapi')
  expect([status, JSON.parse(stdout).openapi]).toEqual([0, '3.1.0'])
})

test('settings of Bun in the working directory load nothing into bin/meltica and the processes that it starts', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'meltica-settings-'))
  try {
    await Bun.write(join(cwd, 'bunfig.toml'), 'preload = ["./foreign.ts"]\n')
    await Bun.write(join(cwd, 'foreign.ts'), `await Bun.write(${JSON.stringify(join(cwd, 'loaded'))}, '')\n`)
    const args = ['sweep', 'grid', '--strategies', join(ROOT, 'strategies'), '--set', 'quantity=1,2', '--jobs', '2']
    const run = Bun.spawnSync([join(ROOT, 'bin/meltica'), ...args], { cwd, stdin: 'ignore' })
    expect({ status: run.exitCode, loaded: existsSync(join(cwd, 'loaded')) }).toEqual({ status: 0, loaded: false })
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
})
