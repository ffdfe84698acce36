/** Runs test files in a copy, each time in a process group of its own that is ended with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Copy } from './copy'
import { Nearness } from './nearness'

export type Outcome = 'passed' | 'failed' | 'timeout'

/** At most as many files in one process: the start of a process is what quick tests cost. */
const QUICK_MS = 2_000
/** A machine that others use too is now and then slower than at the first run. */
const PATIENCE = 4
const LEAST_MS = 15_000
const FIRST_MS = 300_000
/** Tests that know the file run in a process before the others. */
const NEAR = 1

interface Timed {
  readonly file: string
  readonly ms: number
}

/** The tests of an area as they run on unchanged sources. */
export class Trial {
  readonly #copy: Copy
  readonly #nearness: Nearness
  readonly #quick: readonly Timed[]
  readonly #slow: readonly Timed[]

  private constructor(copy: Copy, tests: readonly Timed[]) {
    this.#copy = copy
    this.#nearness = new Nearness(copy.root)
    this.#quick = tests.filter(({ ms }) => ms <= QUICK_MS)
    this.#slow = tests.filter(({ ms }) => ms > QUICK_MS)
  }

  /** What fails without any change, twice, tells nothing: it is left out, and said so. */
  static async of(copy: Copy, files: readonly string[]): Promise<Trial> {
    const timed: Timed[] = []
    for (const file of files) {
      const ms = (await duration(copy, file)) ?? (await duration(copy, file))
      if (ms === undefined) process.stderr.write(`left out, for it fails without a change: ${file}\n`)
      else timed.push({ file, ms })
    }
    if (timed.length === 0) throw new Error('no test passes without a change')
    return new Trial(copy, timed)
  }

  /**
   * Whether a test notices what was changed in the copy: it fails, or never ends.
   * @param file that was changed.
   */
  async notices(file: string): Promise<boolean> {
    for (const batch of this.#batches(file)) {
      const outcome = await run(
        this.#copy,
        batch.map((test) => test.file),
        limit(batch.map(({ ms }) => ms)),
      )
      if (outcome !== 'passed') return true
    }
    return false
  }

  /** All of them: quick ones together, and then the others, the nearest to the file first. */
  #batches(file: string): Timed[][] {
    const rank = (test: Timed) => this.#nearness.rank(test.file, file)
    const quick = this.#quick.toSorted((a, b) => rank(a) - rank(b))
    const slow = this.#slow.toSorted((a, b) => rank(a) - rank(b) || a.ms - b.ms)
    const far = quick.findIndex((test) => rank(test) > NEAR)
    const cut = far < 0 ? quick.length : far
    const batches = [quick.slice(0, cut), quick.slice(cut), ...slow.map((test) => [test])]
    return batches.filter((batch) => batch.length > 0)
  }
}

const limit = (ms: number[]): number => Math.max(LEAST_MS, PATIENCE * ms.reduce((sum, one) => sum + one, 0))

/** @returns undefined when it fails. */
async function duration(copy: Copy, file: string): Promise<number | undefined> {
  const started = performance.now()
  const outcome = await run(copy, [file], FIRST_MS)
  return outcome === 'passed' ? performance.now() - started : undefined
}

async function run(copy: Copy, files: readonly string[], limitMs: number): Promise<Outcome> {
  const paths = files.map((file) => `./${file}`)
  const child = spawn(process.execPath, ['test', '--bail', '--timeout', '60000', ...paths], {
    cwd: copy.root,
    env: { ...process.env, TMPDIR: copy.temporary },
    stdio: 'ignore',
    detached: true,
  })
  let outcome: Outcome | undefined
  const timer = setTimeout(() => {
    outcome = 'timeout'
    child.kill('SIGKILL')
  }, limitMs)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  endGroup(child)
  copy.swept()
  return outcome ?? (status === 0 ? 'passed' : 'failed')
}

/** What a test started and did not end. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
