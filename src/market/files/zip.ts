/** Zips of market data: an entry is a text. What systems and downloads put beside the data is no entry. */
import { basename } from 'node:path'
import type { FileEntry } from '@zip.js/zip.js'
import { Failure } from '../../errors/failure'
import type { Container } from './entry'

/** Hidden files, folders of macOS, checksums. */
const BESIDE = /(^|\/)(\.|__MACOSX\/|thumbs\.db$|desktop\.ini$)|\.(checksum|md5|sha\d*)$/i

/** @throws Failure data_unreadable, data_unrecognised (a spreadsheet). */
export async function openZip(path: string, digestOf: (path: string) => Promise<string>): Promise<Container> {
  const file = basename(path)
  const { BlobReader, ZipReader } = await import('@zip.js/zip.js')
  const reader = new ZipReader(new BlobReader(Bun.file(path)), { useWebWorkers: false, checkSignature: true })
  const all = await reader.getEntries().catch((error: Error) => {
    throw new Failure('data_unreadable', `${file} is not a sound zip: ${error.message}`)
  })
  const files = all.filter((entry): entry is FileEntry => !entry.directory)
  const inside = files.filter(({ filename }) => !BESIDE.test(filename))
  if (files.length === 0) throw new Failure('data_unreadable', `${file} is a zip without files`)
  if (inside.length === 0) {
    throw new Failure('data_unreadable', `${file} is a zip without market data: it has ${files[0]!.filename}`)
  }
  if (inside.some((entry) => entry.encrypted))
    throw new Failure('data_unreadable', `${file} is encrypted; unpack it first`)
  if (inside.some((entry) => entry.filename.startsWith('xl/'))) {
    throw new Failure('data_unrecognised', `${file} is a spreadsheet; export it as CSV`)
  }
  return {
    path,
    file,
    entries: inside.map((entry) => ({
      name: basename(entry.filename),
      label: inside.length > 1 ? `${file}: ${entry.filename}` : file,
      size: entry.uncompressedSize,
      open: (onBytes) => unzip(entry, onBytes),
    })),
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
