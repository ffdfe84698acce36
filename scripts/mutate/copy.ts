/** A copy of the project in a temporary folder, where files are changed and tests run; it goes with all that ran in it. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Installed, not part of the sources: the copy uses those of the original. */
const LINKED = ['node_modules', 'tools/node_modules', '.venv']

export class Copy implements Disposable {
  readonly #folder = mkdtempSync(join(realpathSync(tmpdir()), 'meltica-mutate-'))
  readonly root = join(this.#folder, 'meltica')
  /** For the temporary files of the tests. */
  readonly temporary = join(this.#folder, 'tmp')

  constructor(original: string) {
    const { stdout } = Bun.spawnSync(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: original,
    })
    for (const file of stdout.toString().split('\0').filter(Boolean))
      copied(join(original, file), join(this.root, file))
    for (const folder of LINKED) symlinkSync(join(original, folder), join(this.root, folder))
    mkdirSync(this.temporary)
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8')
  }

  /** The file holds another text until the end of the block. */
  changed(file: string, source: string): Disposable {
    const was = this.read(file)
    writeFileSync(join(this.root, file), source)
    return { [Symbol.dispose]: () => writeFileSync(join(this.root, file), was) }
  }

  /** What the tests left behind, the processes that left their group included: they are told by their folder for temporary files. */
  swept(): void {
    for (const pid of processesOf(this.temporary)) killed(pid)
    for (const name of readdirSync(this.temporary)) rmSync(join(this.temporary, name), { recursive: true, force: true })
  }

  [Symbol.dispose](): void {
    this.swept()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function copied(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  // what is made of the sources is not older than they are: nothing is installed anew through the links
  cpSync(from, to, { verbatimSymlinks: true, force: true, preserveTimestamps: true })
}

/** None where there is no /proc. */
function processesOf(temporary: string): number[] {
  const pids = tried(() => readdirSync('/proc')) ?? []
  const environment = (pid: string) => tried(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? ''
  return pids.filter((pid) => /^\d+$/.test(pid) && environment(pid).includes(`TMPDIR=${temporary}`)).map(Number)
}

const killed = (pid: number): boolean | undefined => tried(() => process.kill(pid, 'SIGKILL'))

/** A process may be gone, or another's, by the time that it is looked at. */
function tried<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
