/** What `meltica --version` prints: which program this is, to the commit, and what it runs strategies on. */
import { spawnSync } from 'node:child_process'
import { version } from '../../package.json'
import { loadEngine } from '../sandbox/engine'

/** Given to `bun build` by the Makefile; a program that runs from its sources asks git. */
declare const MELTICA_COMMIT: string | undefined

export { version }

export async function versionText(): Promise<string> {
  const { hash } = await loadEngine()
  return [`meltica ${version}`, `commit  ${commit()}`, `engine  ${hash}`, `Bun     ${Bun.version}`].join('\n')
}

function commit(): string {
  if (typeof MELTICA_COMMIT === 'string') return MELTICA_COMMIT || UNKNOWN
  if (Bun.isStandaloneExecutable) return UNKNOWN
  return git('rev-parse', '--show-prefix') === 'src/cli/' ? (git('rev-parse', 'HEAD') ?? UNKNOWN) : UNKNOWN
}

const UNKNOWN = 'unknown'

/** Undefined without git, and outside a working tree. */
function git(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', import.meta.dir, ...args], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
