/**
 * What happens, numbered in the order in which it is told, so that whoever followed it goes on where it stopped. Entries
 * are written in chunks, one for each commit. Lines of logs are kept apart: a flood of them takes no room from orders.
 */
import type { Database } from './database'

/** Bytes that are kept of what is no log, and of logs. */
const KEPT_BYTES = [64 * 2 ** 20, 16 * 2 ** 20] as const
/** More than is kept, before the oldest go: not at each chunk. */
const SLACK = 1.05
/** So many of the oldest chunks go at once. */
const REMOVED = 200
/** Chunks of one read. */
const CHUNKS = 50
/** A chunk of at least so many bytes is worth packing: one of a flood. */
const PACKED_FROM = 8192
/** What a zstd frame begins with (RFC 8878 §3.1.1); a number of an entry begins with a digit. */
const ZSTD_BYTE = 0x28

/** An entry as it is kept: `text` is its JSON. */
export interface FeedEntry {
  readonly seq: number
  readonly text: string
}

interface Chunk {
  readonly last: number
  readonly entries: Uint8Array
}

const bit = (isLog: boolean): 0 | 1 => (isLog ? 1 : 0)

export class FeedTable {
  private readonly insert
  private readonly after
  private readonly oldest
  private readonly erase
  private readonly saveGone
  private readonly readGone
  private readonly bytes: [number, number]
  /** The number of the newest entry that was given one. */
  last: number

  constructor(private readonly db: Database) {
    this.insert = db.prepare<null, [number, number, number, Uint8Array]>('INSERT INTO feed VALUES (?, ?, ?, ?)')
    this.after = db.prepare<Chunk, [number]>(
      `SELECT last, entries FROM feed WHERE last > ? ORDER BY last LIMIT ${CHUNKS}`,
    )
    this.oldest = db.prepare<{ last: number; size: number }, [number]>(
      `SELECT last, length(entries) size FROM feed WHERE is_log = ? ORDER BY last LIMIT ${REMOVED}`,
    )
    this.erase = db.prepare<null, [number, number]>('DELETE FROM feed WHERE is_log = ? AND last <= ?')
    this.saveGone = db.prepare<null, [number, number]>('UPDATE feed_gone SET last = ? WHERE is_log = ?')
    this.readGone = db.prepare<{ last: number }, [number]>('SELECT last FROM feed_gone WHERE is_log = ?')
    const sizes = db.prepare<{ size: number }, [number]>(
      'SELECT coalesce(sum(length(entries)), 0) size FROM feed WHERE is_log = ?',
    )
    this.bytes = [sizes.get(0)!.size, sizes.get(1)!.size]
    const newest = db.prepare<{ last: number }, []>(
      'SELECT max(coalesce((SELECT max(last) FROM feed), 0), (SELECT max(last) FROM feed_gone)) last',
    )
    this.last = newest.get()!.last
  }

  /**
   * One chunk, written with what is committed next.
   * @param numbered the entries, which get their numbers when it is first asked for, so that those written later come after
   * them; asked again, after a commit that failed, it answers the same.
   */
  append(isLog: boolean, numbered: () => readonly FeedEntry[]): void {
    this.db.writeSoon(() => {
      const entries = numbered()
      const [oldest, newest] = [entries[0], entries.at(-1)]
      if (oldest === undefined || newest === undefined) return
      const lines = Buffer.from(entries.map(({ seq, text }) => `${seq} ${text}\n`).join(''))
      const packed = lines.length < PACKED_FROM ? lines : Bun.zstdCompressSync(lines, { level: 1 })
      this.insert.run(newest.seq, oldest.seq, bit(isLog), packed)
      this.trim(isLog, packed.length)
    })
  }

  /** Resolves with the next commit: whether what was appended is durable. */
  committed(): Promise<boolean> {
    return this.db.committed()
  }

  /** The first chunks with entries above a number, oldest first; of each all entries above it. */
  above(seq: number): FeedEntry[] {
    this.db.flush()
    return this.after.all(seq).flatMap(({ entries }) => entriesOf(entries).filter((entry) => entry.seq > seq))
  }

  /** The number of the newest entry of its sort that is gone; 0: none is. */
  gone(isLog: boolean): number {
    return this.readGone.get(bit(isLog))!.last
  }

  private trim(isLog: boolean, added: number): void {
    const of = bit(isLog)
    this.bytes[of] += added
    if (this.bytes[of] <= KEPT_BYTES[of] * SLACK) return
    let left = this.bytes[of] - KEPT_BYTES[of]
    let last = 0
    for (const chunk of this.oldest.all(of)) {
      if (left <= 0) break
      left -= chunk.size
      this.bytes[of] -= chunk.size
      last = chunk.last
    }
    this.erase.run(of, last)
    this.saveGone.run(last, of)
  }
}

function entriesOf(packed: Uint8Array): FeedEntry[] {
  const text = packed[0] === ZSTD_BYTE ? Bun.zstdDecompressSync(packed) : Buffer.from(packed)
  const lines = text.toString().split('\n')
  return lines.slice(0, -1).map((line) => {
    const space = line.indexOf(' ')
    return { seq: Number(line.slice(0, space)), text: line.slice(space + 1) }
  })
}
