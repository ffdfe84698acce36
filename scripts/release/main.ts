/** Puts a release together in dist/release: the binary, its digest, bill of materials, licences, and the unit of systemd. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { version } from '../../package.json'
import { billOfMaterials } from './sbom'

const ROOT = join(import.meta.dir, '../..')
const RELEASE = join(ROOT, 'dist/release')
const NOTICES = 'src/cli/licenses/notices.txt'

/** @throws Error with what it printed. @returns what it printed. */
function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

/** The notices are in the binary: they have to be of what else is in it. */
function checkNotices(): void {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-notices-'))
  try {
    const [record, notices] = [join(folder, 'contents.json'), join(folder, 'notices.txt')]
    run(process.execPath, 'build', '--target=bun', `--metafile=${record}`, `--outdir=${folder}`, 'src/main.ts')
    run(process.execPath, 'scripts/notices.ts', record, notices)
    if (readFileSync(notices, 'utf8') !== readFileSync(join(ROOT, NOTICES), 'utf8')) {
      throw new Error(`${NOTICES} is not of these packages: make notices`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** When the sources were committed, so that it does not depend on when they are built. */
function commitTime(): Date {
  const epoch = process.env.SOURCE_DATE_EPOCH ?? run('git', 'log', '-1', '--format=%ct')
  return new Date(Number(epoch) * 1000)
}

const sha256 = (path: string): string => new Bun.CryptoHasher('sha256').update(readFileSync(path)).digest('hex')

checkNotices()
run('make', 'build')
rmSync(RELEASE, { recursive: true, force: true })
mkdirSync(RELEASE, { recursive: true })
const name = `meltica-${version}-${process.platform}-${process.arch}`
const binary = join(RELEASE, name)
for (const [from, to] of [
  ['dist/meltica', name],
  ['dist/THIRD-PARTY-NOTICES', 'THIRD-PARTY-NOTICES'],
  ['LICENSE', 'LICENSE'],
  ['deploy/meltica.service', 'meltica.service'],
] as const) {
  copyFileSync(join(ROOT, from), join(RELEASE, to))
}
const bom = await billOfMaterials({ root: ROOT, sha256: sha256(binary), time: commitTime() })
writeFileSync(join(RELEASE, `${name}.cdx.json`), bom)
const sums = readdirSync(RELEASE)
  .sort()
  .map((file) => `${sha256(join(RELEASE, file))}  ${file}\n`)
writeFileSync(join(RELEASE, 'SHA256SUMS'), sums.join(''))
process.stdout.write(`${RELEASE}\n${sums.join('')}`)
