/** Sources that were read and checked, for as long as their files are those that were read. */
import { statSync } from 'node:fs'
import type { Digest } from '../schema/digest'
import type { HomePaths } from './paths'

/** The most that is kept, in bytes; the source that was read longest ago goes first. */
const MAX_SIZE = 32 * 1024 * 1024

interface Kept {
  readonly bytes: Uint8Array
  readonly stamp: string
}

export class KeptSources {
  private readonly kept = new Map<string, Kept>()
  private size = 0

  constructor(private readonly paths: HomePaths) {}

  /** Bytes of this hash; undefined where the file is not the one that they were read from. */
  find(hash: Digest, path: string): Uint8Array | undefined {
    const kept = this.kept.get(keyOf(hash, path))
    return kept && kept.stamp === this.stampOf(path) ? kept.bytes : undefined
  }

  /** To be asked for before the file is read. Undefined when it cannot be told. */
  stampOf(path: string): string | undefined {
    try {
      const { dev, ino, size, mtimeMs, ctimeMs } = statSync(this.paths.absolute(path))
      return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`
    } catch {
      return undefined
    }
  }

  /** @param bytes whose hash is the given one. */
  keep(hash: Digest, path: string, bytes: Uint8Array, stamp: string | undefined): void {
    const key = keyOf(hash, path)
    this.drop(key)
    if (stamp === undefined) return
    this.kept.set(key, { bytes, stamp })
    this.size += bytes.length
    for (const oldest of this.kept.keys()) {
      if (this.size <= MAX_SIZE) break
      this.drop(oldest)
    }
  }

  private drop(key: string): void {
    this.size -= this.kept.get(key)?.bytes.length ?? 0
    this.kept.delete(key)
  }
}

const keyOf = (hash: Digest, path: string): string => `${hash} ${path}`
