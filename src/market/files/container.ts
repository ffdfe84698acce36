/** Files as they lie on the disk: plain, gzip or zip. Gives the texts inside as streams, counts bytes, takes the digest. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FileEntry } from '@zip.js/zip.js'
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'

/** One text inside a file: the file itself, or an entry of a zip. */
export interface Entry {
  /** The entry's name in a zip, else the file's, without folders and compression suffix. */
  readonly name: string
  /** Opens it from its start; an `onBytes` is told of the progress in bytes of `Container.size`. */
  open(onBytes?: (count: number) => void): ReadableStream<Uint8Array>
}

export interface Container extends AsyncDisposable {
  readonly path: string
  /** The base name. */
  readonly file: string
  /** What the progress is measured against: bytes on the disk, of a zip the bytes inside. */
  readonly size: number
  readonly entries: readonly Entry[]
  /** SHA-256 of the bytes on the disk, hex; of a plain or gzip file free once it was read to its end. */
  digest(): Promise<string>
}

/** @throws Failure data_unreadable, data_unrecognised (binary formats, by their first bytes). */
export async function openContainer(path: string): Promise<Container> {
  const file = basename(path)
  const blob = Bun.file(path)
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(
      'data_unreadable',
      error.code === 'ENOENT' ? `${path} does not exist` : `${path} cannot be read: ${reasonOf(error)}`,
    )
  })
  if (info.isDirectory()) throw new Failure('data_unreadable', `${path} is a folder; name the files in it`)
  if (!info.isFile())
    throw new Failure('data_unreadable', `${path} is not a file that can be read again from its start`)
  if (info.size === 0) throw new Failure('data_unreadable', `${path} is empty`)
  const head = await blob
    .slice(0, 1024)
    .bytes()
    .catch((error: Error) => {
      throw new Failure('data_unreadable', `${path} cannot be read: ${reasonOf(error)}`)
    })
  refuseBinary(file, head)
  if (startsWith(head, 'PK')) return openZip(path, file)
  return streamed(path, file, info.size, isGzip(head))
}

function streamed(path: string, file: string, size: number, gzip: boolean): Container {
  let digest: string | undefined
  const open = (onBytes?: (count: number) => void) => {
    const raw = Bun.file(path).stream()
    if (!onBytes) return gzip ? raw.pipeThrough(new DecompressionStream('gzip')) : raw
    const hasher = new Bun.CryptoHasher('sha256')
    const tap = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        hasher.update(chunk)
        onBytes(chunk.length)
        controller.enqueue(chunk)
      },
      flush() {
        digest = hasher.digest('hex')
      },
    })
    const tapped = raw.pipeThrough(tap)
    return gzip ? tapped.pipeThrough(new DecompressionStream('gzip')) : tapped
  }
  return {
    path,
    file,
    size,
    entries: [{ name: file.replace(/\.gz$/i, ''), open }],
    digest: async () => digest ?? (await digestOf(path)),
    async [Symbol.asyncDispose]() {
      // Each stream closes its own file.
    },
  }
}

async function openZip(path: string, file: string): Promise<Container> {
  const { BlobReader, ZipReader } = await import('@zip.js/zip.js')
  const reader = new ZipReader(new BlobReader(Bun.file(path)), { useWebWorkers: false, checkSignature: true })
  const all = await reader.getEntries().catch((error: Error) => {
    throw new Failure('data_unreadable', `${file} is not a sound zip: ${error.message}`)
  })
  const inside = all.filter((entry): entry is FileEntry => !entry.directory && !entry.filename.startsWith('__MACOSX/'))
  if (inside.length === 0) throw new Failure('data_unreadable', `${file} is a zip without files`)
  if (inside.some((entry) => entry.encrypted))
    throw new Failure('data_unreadable', `${file} is encrypted; unpack it first`)
  if (inside.some((entry) => entry.filename.startsWith('xl/'))) {
    throw new Failure('data_unrecognised', `${file} is a spreadsheet; export it as CSV`)
  }
  return {
    path,
    file,
    size: inside.reduce((sum, entry) => sum + entry.uncompressedSize, 0),
    entries: inside.map((entry) => ({ name: basename(entry.filename), open: (onBytes) => unzip(entry, onBytes) })),
    digest: () => digestOf(path),
    async [Symbol.asyncDispose]() {
      await reader.close()
    },
  }
}

function unzip(entry: FileEntry, onBytes: ((count: number) => void) | undefined): ReadableStream<Uint8Array> {
  const pipe = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onBytes?.(chunk.length)
      controller.enqueue(chunk)
    },
  })
  // A damaged entry breaks the pipe itself, so that the reader of the stream meets the error.
  entry.getData(pipe.writable).catch((error: unknown) => pipe.writable.abort(error).catch(ignoreClosed))
  return pipe.readable
}

/** The reader went away before the end: nobody is left to be told. */
const ignoreClosed = () => undefined

async function digestOf(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  for await (const chunk of Bun.file(path).stream()) hasher.update(chunk)
  return hasher.digest('hex')
}

const isGzip = (head: Uint8Array) => head[0] === 0x1f && head[1] === 0x8b
const startsWith = (head: Uint8Array, text: string) => text.split('').every((char, i) => head[i] === char.charCodeAt(0))

function refuseBinary(file: string, head: Uint8Array): void {
  if (startsWith(head, 'ARROW1')) {
    throw new Failure(
      'data_unrecognised',
      `${file} is an Arrow file (feather); export it as CSV or JSON, for freqtrade: freqtrade convert-data --format-from feather --format-to json`,
    )
  }
  if (startsWith(head, 'PAR1')) throw new Failure('data_unrecognised', `${file} is a Parquet file; export it as CSV`)
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new Failure('data_unrecognised', `${file} is UTF-16 text; save it as UTF-8`)
  }
  const packed = startsWith(head, 'PK') || isGzip(head)
  if (!packed && head.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13)) {
    throw new Failure('data_unrecognised', `${file} is not a text file`)
  }
}
