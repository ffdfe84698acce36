/** A folder of files that is gone at the end of the test. */
import { mkdtempSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const MIB = 1 << 20

export class Place implements Disposable {
  /** Without symbolic links. */
  readonly folder = mkdtempSync(join(realpathSync(tmpdir()), 'meltica-files-'))

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  /** A file of zeros, which take no room on the disk. */
  sparse(name: string, sizeBytes: number): string {
    const path = this.write(name, '')
    truncateSync(path, sizeBytes)
    return path
  }

  fifo(name: string): string {
    const { exitCode } = Bun.spawnSync(['mkfifo', this.path(name)])
    if (exitCode !== 0) throw new Error('no FIFO could be made')
    return this.path(name)
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}

/** More than is read or written at once, and no two parts of it alike. */
export const LARGE = new Uint8Array(2 * MIB + 12_345).map((_, at) => (at * 31 + (at >> 8)) & 0xff)

/** What it throws. */
export function caught(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('it was not refused')
}

/** What it throws, in words. */
export function refusal(work: () => unknown): string {
  const error = caught(work)
  return error instanceof Error ? error.message : String(error)
}
