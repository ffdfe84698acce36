/** Whether the binary depends on the sources alone: builds it from two copies of them, at different paths, and compares. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
/** On the disk of the packages, which are linked and not copied. */
const COPIES = join(ROOT, 'dist/reproduced')

/** @throws Error with what it printed. @returns what it printed. */
function run(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

const commit = run(ROOT, 'git', 'rev-parse', 'HEAD').trim()
const sources = run(ROOT, 'git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')

/** @returns the digest of what is built in a copy at this path. */
function built(path: string): string {
  for (const source of sources.filter((each) => each !== '' && existsSync(join(ROOT, each)))) {
    mkdirSync(dirname(join(path, source)), { recursive: true })
    cpSync(join(ROOT, source), join(path, source))
  }
  run(ROOT, 'cp', '-al', 'node_modules', join(path, 'node_modules'))
  symlinkSync(join(ROOT, 'tools/node_modules'), join(path, 'tools/node_modules'))
  run(path, 'make', '--assume-old=node_modules/.stamp', 'dist/meltica', `COMMIT=${commit}`)
  return new Bun.CryptoHasher('sha256').update(readFileSync(join(path, 'dist/meltica'))).digest('hex')
}

rmSync(COPIES, { recursive: true, force: true })
try {
  const digests = ['first', 'elsewhere/and/deeper/second'].map((path) => built(join(COPIES, path)))
  process.stdout.write(`${digests.join('\n')}\n`)
  if (digests[0] !== digests[1]) throw new Error('the bytes depend on where the sources lie')
} finally {
  rmSync(COPIES, { recursive: true, force: true })
}
