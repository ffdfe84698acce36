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

interface Timed {
  readonly file: string
  readonly ms: number
}

/** The tests of an area, each timed on unchanged sources before it is first asked. */
export class Trial {
  readonly #copy: Copy
  readonly #files: readonly string[]
  readonly #nearness: Nearness
  /** Undefined for one that fails without any change. */
  readonly #timed = new Map<string, Timed | undefined>()

  constructor(copy: Copy, files: readonly string[]) {
    this.#copy = copy
    this.#files = files
    this.#nearness = new Nearness(copy.root)
  }

  /**
   * Whether a test notices a change: it fails, or never ends. The nearest to the file are asked first.
   * @param source of the file, changed.
   * @throws Error when there is no test that passes without it.
   */
  async notices(file: string, source: string): Promise<boolean> {
    const ranks = Map.groupBy(this.#files, (test) => this.#nearness.rank(test, file))
    for (const [, tests] of [...ranks].sort(([a], [b]) => a - b)) {
      const unknown = tests.filter((test) => !this.#timed.has(test))
      for (const batch of batchesOf(this.#timesOf(tests))) if (await this.#fails(batch, file, source)) return true
      for (const test of unknown) {
        await this.#time(test)
        for (const batch of batchesOf(this.#timesOf([test]))) if (await this.#fails(batch, file, source)) return true
      }
    }
    if (this.#timesOf(this.#files).length === 0) throw new Error('no test passes without a change')
    return false
  }

  /** What fails without any change, twice, tells nothing: it is left out, and said so. */
  async #time(file: string): Promise<void> {
    const ms = (await duration(this.#copy, file)) ?? (await duration(this.#copy, file))
    if (ms === undefined) process.stderr.write(`left out, for it fails without a change: ${file}\n`)
    this.#timed.set(file, ms === undefined ? undefined : { file, ms })
  }

  #timesOf(tests: readonly string[]): Timed[] {
    return tests.flatMap((file) => this.#timed.get(file) ?? [])
  }

  async #fails(batch: readonly Timed[], file: string, source: string): Promise<boolean> {
    const files = batch.map((test) => test.file)
    const limitMs = Math.max(LEAST_MS, PATIENCE * batch.reduce((sum, { ms }) => sum + ms, 0))
    const outcome = await this.#changedRun(files, limitMs, file, source)
    if (outcome !== 'timeout') return outcome === 'failed'
    // a machine that is slower by now is so without the change as well
    if ((await run(this.#copy, files, limitMs)) === 'passed') return true
    return (await this.#changedRun(files, PATIENCE * limitMs, file, source)) !== 'passed'
  }

  async #changedRun(files: readonly string[], limitMs: number, file: string, source: string): Promise<Outcome> {
    using _ = this.#copy.changed(file, source)
    return await run(this.#copy, files, limitMs)
  }
}

/** Quick ones together, then the others by what they take. */
function batchesOf(tests: readonly Timed[]): Timed[][] {
  const quick = tests.filter(({ ms }) => ms <= QUICK_MS)
  const slow = tests.filter(({ ms }) => ms > QUICK_MS).sort((a, b) => a.ms - b.ms)
  return [quick, ...slow.map((test) => [test])].filter((batch) => batch.length > 0)
}

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
  const end = () => endGroup(child)
  // before the copy goes
  process.prependOnceListener('exit', end)
  let outcome: Outcome | undefined
  const timer = setTimeout(() => {
    outcome = 'timeout'
    child.kill('SIGKILL')
  }, limitMs)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  process.removeListener('exit', end)
  end()
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
