/** Files as they lie on the disk: plain, gzip or zip. Gives the texts inside as streams, counts bytes, takes the digest. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Failure } from '../../errors/failure'
import { reasonOf } from '../../files/reason'
import type { Container } from './entry'
import { gunzip } from './gunzip'
import { isPacking, SNIFF_SIZE, sniff } from './sniffing'
import { openZip } from './zip'

/** @throws Failure data_unreadable. */
export async function openContainer(path: string): Promise<Container> {
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
  const head = await Bun.file(path)
    .slice(0, SNIFF_SIZE)
    .bytes()
    .catch((error: Error) => {
      throw new Failure('data_unreadable', `${path} cannot be read: ${reasonOf(error)}`)
    })
  const what = sniff(head)
  return OPENERS[isPacking(what) ? what : 'plain'](path, info.size)
}

/** Every way in which a file may be packed. @throws Failure data_unreadable. */
export const OPENERS = {
  plain: async (path: string, size: number) => streamed(path, size, false),
  gzip: async (path: string, size: number) => streamed(path, size, true),
  zip: (path: string) => openZip(path, digestOf),
} as const satisfies Record<string, (path: string, size: number) => Promise<Container>>

function streamed(path: string, size: number, gzip: boolean): Container {
  const file = basename(path)
  let digest: string | undefined
  const open = (onBytes?: (count: number) => void) => {
    const raw = Bun.file(path).stream()
    if (!onBytes) return gzip ? raw.pipeThrough(gunzip()) : raw
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
    return gzip ? tapped.pipeThrough(gunzip()) : tapped
  }
  const slice = (start: number, end: number) => Bun.file(path).slice(start, end).arrayBuffer()
  return {
    path,
    file,
    entries: [{ name: file.replace(/\.gz$/i, ''), label: file, size, open, ...(gzip ? {} : { slice }) }],
    digest: async () => digest ?? (await digestOf(path)),
    async [Symbol.asyncDispose]() {
      // Each stream closes its own file.
    },
  }
}

async function digestOf(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  for await (const chunk of Bun.file(path).stream()) hasher.update(chunk)
  return hasher.digest('hex')
}
