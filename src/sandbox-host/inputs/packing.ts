/**
 * Packs the segments of a log to which nothing is written any more, one after the other and beside the host's own work. Where that
 * fails a segment stays as it is, and is tried again with the next one: it can be read either way.
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { MOST_SEGMENT_BYTES, packedFile, segmentFile, unpackedIn } from '../../protocol/segment-files'

const PIECE_BYTES = 256 << 10

export interface PackingDeps {
  readonly folder: string
  /** To there a segment may be moved meanwhile. */
  readonly past: string
  /** No other host has the same. */
  readonly mark: string
  /** @throws Error when the folder is another host's by now. */
  readonly owns: () => void
}

export class Packing {
  private readonly waiting = new Set<number>()
  private last = Promise.resolve()

  constructor(private readonly deps: PackingDeps) {}

  /** Resolves when all of them are packed, or have failed. */
  get done(): Promise<void> {
    return this.last
  }

  /** @param present the segment that is being written. @throws Error of the disk. */
  before(present: number): void {
    for (const segment of unpackedIn(this.deps.folder)) {
      if (segment >= present || this.waiting.has(segment)) continue
      this.waiting.add(segment)
      this.last = this.last.then(() => this.pack(segment))
    }
  }

  private async pack(segment: number): Promise<void> {
    const { folder, mark } = this.deps
    // another host that begins meanwhile has one of its own
    const unfinished = `${packedFile(folder, segment)}.${mark}.new`
    try {
      await using source = await this.opened(segment)
      if ((await source.stat()).size <= MOST_SEGMENT_BYTES) {
        await pack(source, unfinished)
        this.finish(segment, unfinished)
      }
    } catch {
      await rm(unfinished, { force: true }).catch(() => false)
    }
    this.waiting.delete(segment)
  }

  private async opened(segment: number): Promise<FileHandle> {
    const { folder, past } = this.deps
    return await open(segmentFile(folder, segment)).catch(() => open(segmentFile(past, segment)))
  }

  /** Wherever it is by now; in one go, so that nobody moves it meanwhile. @throws Error of the disk. */
  private finish(segment: number, packed: string): void {
    const { folder, past, owns } = this.deps
    owns()
    const at = [folder, past].find((one) => existsSync(segmentFile(one, segment)))
    if (at === undefined) throw new Error('it was removed')
    renameSync(packed, packedFile(at, segment))
    rmSync(segmentFile(at, segment))
  }
}

/** Piece by piece: a host has no more memory for it. @throws Error of the disk. */
async function pack(source: FileHandle, file: string): Promise<void> {
  await using target = await open(file, 'w', 0o600)
  const packer = createZstdCompress({
    chunkSize: PIECE_BYTES,
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  })
  await pipeline(piecesOf(source), packer, async (packed: AsyncIterable<Uint8Array>) => {
    for await (const piece of packed) await target.writeFile(piece)
  })
  // what it stands for is removed then: a loss of power is not to take both away
  await target.sync()
}

async function* piecesOf(source: FileHandle): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const { buffer, bytesRead } = await source.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
