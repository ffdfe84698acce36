/**
 * Faults of the system itself: strace answers chosen calls of a running process with an error, as a disk that fails would, or
 * kills it at one of them.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface FaultOptions {
  /** Names of system calls, as `fsync,fdatasync`. */
  readonly calls: string
  /** Or: at which of them it is killed, from 1 on. */
  readonly error: 'EIO' | 'ENOSPC' | 'EROFS' | { readonly killedAt: number }
  /** Only calls on one of these files or folders; absolute. */
  readonly paths: readonly string[]
}

/** In force until it is disposed of. */
export class Fault implements AsyncDisposable {
  /** Calls that were answered with the error, as strace writes them; known once it is over. */
  hits: readonly string[] = []

  private constructor(
    private readonly strace: Bun.Subprocess<'ignore', 'ignore', 'pipe'>,
    private readonly folder: string,
  ) {}

  /** All threads of the process are under it when this returns. */
  static async of(pid: number, { calls, error, paths }: FaultOptions): Promise<Fault> {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-strace-'))
    const filters = paths.flatMap((path) => ['-P', path])
    const fault = typeof error === 'string' ? `error=${error}` : `signal=KILL:when=${error.killedAt}`
    const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:${fault}`]
    const traced = ['-f', '-p', String(pid), '-o', join(folder, 'calls')]
    const strace = Bun.spawn(['strace', ...traced, ...filters, ...inject], {
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'pipe',
    })
    const injected = new Fault(strace, folder)
    await injected.attached()
    return injected
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.strace.kill('SIGINT')
    await this.strace.exited
    const lines = readFileSync(join(this.folder, 'calls'), 'utf8').split('\n')
    this.hits = lines.filter((line) => line.endsWith('(INJECTED)'))
    rmSync(this.folder, { recursive: true, force: true })
  }

  private async attached(): Promise<void> {
    const decoder = new TextDecoder()
    const reader = this.strace.stderr.getReader()
    let said = ''
    while (!/ attached\b/.test(said)) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`strace ended: ${said}`)
      said += decoder.decode(value, { stream: true })
    }
    reader.releaseLock()
  }
}
