/** Zips of market data: an entry is a text. What systems and downloads put beside the data is no entry. */
import { basename } from 'node:path'
import type { Entry, FileEntry, ZipReader } from '@zip.js/zip.js'
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'
import type { Container } from './entry'

/** Hidden files, folders of macOS, checksums. */
const BESIDE = /(^|\/)(\.|__MACOSX\/|thumbs\.db$|desktop\.ini$)|\.(checksum|md5|sha\d*)$/i

/** Each is looked into before any is read. */
const MOST_ENTRIES = 10_000

/** @throws Failure data_unreadable, data_unrecognised (a spreadsheet). */
export async function openZip(path: string, digestOf: (path: string) => Promise<string>): Promise<Container> {
  const file = basename(path)
  const zip = await import('@zip.js/zip.js')
  const reader = new zip.ZipReader(new zip.BlobReader(Bun.file(path)), { useWebWorkers: false, checkSignature: true })
  const all = await entriesOf(reader, file)
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

/** @throws Failure data_unreadable. */
async function entriesOf(reader: ZipReader<unknown>, file: string): Promise<Entry[]> {
  const entries: Entry[] = []
  try {
    for await (const entry of reader.getEntriesGenerator()) if (entries.push(entry) > MOST_ENTRIES) break
  } catch (error) {
    throw new Failure('data_unreadable', `${file} is not a sound zip: ${reasonOf(error)}`)
  }
  if (entries.length <= MOST_ENTRIES) return entries
  throw new Failure('data_unreadable', `${file} has more than ${MOST_ENTRIES} files; unpack it and name those to read`)
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
