/** The first-light release, taken from the history: what the product is compared with in the same run. */
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from './folder'
import type { writeHome } from './home'

const COMMIT = '46bc2e70fe99e37aa60b5ea9dea4ac507a75fc88'
const OWN_ROOT = join(import.meta.dir, '..')
const LOCKS = ['package.json', 'bun.lock']

export interface Release extends Disposable {
  /** The folder of its checkout. */
  readonly root: string
  /** What runs its program. */
  readonly command: readonly string[]
  /** A home as it would have left it itself. */
  readonly writeHome: typeof writeHome
}

/** A checkout in a temporary folder. @returns undefined where the history does not reach back that far. */
export async function firstLight(): Promise<Release | undefined> {
  if (!ran(['git', 'cat-file', '-e', `${COMMIT}^{commit}`])) return undefined
  using stack = new DisposableStack()
  const { path: root } = stack.use(folder())
  const archive = join(root, 'release.tar')
  mustRun(['git', 'archive', '--output', archive, COMMIT])
  mustRun(['tar', '-xf', archive, '-C', root])
  rmSync(archive)
  await install(root)
  const home: { writeHome: typeof writeHome } = await import(join(root, 'bench/home.ts'))
  const kept = stack.move()
  return {
    root,
    command: [process.execPath, join(root, 'src/main.ts')],
    writeHome: home.writeHome,
    [Symbol.dispose]: () => kept.dispose(),
  }
}

/** What is installed here serves there as long as both ask for the same. */
async function install(root: string): Promise<void> {
  const texts = (at: string) => Promise.all(LOCKS.map((name) => Bun.file(join(at, name)).text()))
  const same = Bun.deepEquals(await texts(root), await texts(OWN_ROOT))
  if (same) symlinkSync(join(OWN_ROOT, 'node_modules'), join(root, 'node_modules'))
  else mustRun([process.execPath, 'install', '--frozen-lockfile', '--silent'], root)
}

const ran = (command: string[]): boolean =>
  Bun.spawnSync(command, { cwd: OWN_ROOT, stdout: 'ignore', stderr: 'ignore' }).success

function mustRun(command: string[], cwd = OWN_ROOT): void {
  const { success, stderr } = Bun.spawnSync(command, { cwd, stdout: 'ignore', stderr: 'pipe' })
  if (!success) throw new Error(`${command.join(' ')}: ${stderr.toString()}`)
}
