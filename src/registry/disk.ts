/**
 * Durable writes: a temporary name, fsync, rename, fsync of the folder. Each step has a name, so that
 * tests can end the process before any of them.
 */
import { close, constants, openSync } from 'node:fs'
import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import { temporaryPath } from './paths'

/** Called before each step of a write. */
export type FailPoint = (step: string) => void

/** As 'w', but a FIFO that someone put there is refused in place of waited for. */
const TO_WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK

/** The change is answered by then. */
const FREE_AFTER_MS = 6

export class Disk {
  constructor(private readonly failPoint: FailPoint = () => undefined) {}

  /** Writes a file under its temporary name, safe from a loss of power; nobody sees it before `publish`. */
  async stage(path: string, content: Uint8Array | string): Promise<void> {
    await this.orNothing(path, async () => {
      this.step(`write ${label(path)}`)
      await using file = await open(temporaryPath(path), TO_WRITE, 0o644)
      await file.writeFile(content)
      this.step(`fsync ${label(path)}`)
      await file.sync()
    })
  }

  /** Gives a staged file its name. Durable once its folder is synced. */
  async publish(path: string): Promise<void> {
    await this.orNothing(path, async () => {
      this.step(`rename ${label(path)}`)
      await rename(temporaryPath(path), path)
    })
  }

  /**
   * The file keeps its blocks though another takes its name, until some ms after it is disposed: to free those of a
   * long one takes longer than the rename, and holds up whatever is synced meanwhile.
   */
  keepBlocks(path: string): Disposable {
    const file = opened(path)
    return {
      [Symbol.dispose]: () => {
        if (file !== undefined) setTimeout(() => close(file), FREE_AFTER_MS).unref()
      },
    }
  }

  /** A temporary file that comes to nothing would hold space on a full disk. */
  async unstage(path: string): Promise<void> {
    await rm(temporaryPath(path), { force: true })
  }

  async makeFolder(path: string): Promise<void> {
    this.step('mkdir')
    await mkdir(path, { recursive: true })
  }

  /** An empty file, durable once its folder is synced. */
  async mark(path: string): Promise<void> {
    this.step('mark')
    await (await open(path, TO_WRITE, 0o644)).close()
  }

  async syncFolder(path: string): Promise<void> {
    this.step(`fsync folder of ${label(path)}`)
    const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  async remove(path: string): Promise<void> {
    this.step(`remove ${label(path)}`)
    await rm(path, { force: true })
  }

  /** Up to and without the home, as far as they are empty. */
  async removeEmptyFolders(path: string, home: string): Promise<void> {
    for (let folder = dirname(path); folder.length > home.length; folder = dirname(folder)) {
      try {
        await rmdir(folder)
      } catch (error) {
        if (isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return
        throw error
      }
    }
  }

  private async orNothing(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      await this.unstage(path)
      throw error
    }
  }

  private step(step: string): void {
    this.failPoint(step)
  }
}

/** Whatever forbids to open it: it is not needed. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/** The kind of file, for the names of steps. */
function label(path: string): string {
  return path.endsWith('registry.json') ? 'registry' : (/\.(js|wasm)$/.exec(path)?.[1] ?? 'other')
}

export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}

/** What the disk refused, as something that an operator can act on; our own errors as they are. */
export function asStorageFailure(error: unknown): unknown {
  if (isErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG'))
    return new Failure('storage_full', 'the disk of the strategy home is full')
  if (
    isErrno(
      error,
      'EROFS',
      'EACCES',
      'EPERM',
      'EIO',
      'EMFILE',
      'ENFILE',
      'ENOTDIR',
      'EISDIR',
      'ELOOP',
      'ENOENT',
      'ENXIO',
    )
  ) {
    return new Failure('storage_unavailable', `the strategy home cannot be written: ${reasonOf(error)}`)
  }
  return error
}
