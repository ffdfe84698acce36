/** Runs test files in a copy, each time in a process group of its own that is ended with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Copy } from './copy'

export type Outcome = 'passed' | 'failed' | 'timeout'

/** At most as many files in one process: the start of a process is what quick tests cost. */
const QUICK_MS = 2_000
/** A machine that others use too is now and then slower than at the first run. */
const PATIENCE = 4
const LEAST_MS = 15_000
const FIRST_MS = 300_000

interface Batch {
  readonly files: readonly string[]
  readonly limitMs: number
}

/** The tests of an area as they run on unchanged sources: quick ones together, then the others by what they take. */
export class Trial {
  readonly #copy: Copy
  readonly #batches: readonly Batch[]

  private constructor(copy: Copy, batches: readonly Batch[]) {
    this.#copy = copy
    this.#batches = batches
  }

  /** What fails without any change, twice, tells nothing: it is left out, and said so. */
  static async of(copy: Copy, files: readonly string[]): Promise<Trial> {
    const timed: { file: string; ms: number }[] = []
    for (const file of files) {
      const ms = (await duration(copy, file)) ?? (await duration(copy, file))
      if (ms === undefined) process.stderr.write(`left out, for it fails without a change: ${file}\n`)
      else timed.push({ file, ms })
    }
    if (timed.length === 0) throw new Error('no test passes without a change')
    const quick = timed.filter(({ ms }) => ms <= QUICK_MS)
    const slow = timed.filter(({ ms }) => ms > QUICK_MS).sort((a, b) => a.ms - b.ms)
    const groups = [quick, ...slow.map((one) => [one])].filter((group) => group.length > 0)
    return new Trial(
      copy,
      groups.map((group) => ({ files: group.map(({ file }) => file), limitMs: limit(group.map(({ ms }) => ms)) })),
    )
  }

  /** Whether a test notices what was changed in the copy: it fails, or never ends. */
  async notices(): Promise<boolean> {
    for (const { files, limitMs } of this.#batches) {
      if ((await run(this.#copy, files, limitMs)) !== 'passed') return true
    }
    return false
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
