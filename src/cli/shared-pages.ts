/**
 * The memory of a new sandbox, in the machine's memory once for all sandboxes of a process: their memories are laid over
 * one file without a name, copy-on-write. Before anything was called in them they are equal, and most of it stays as it is.
 */
import { ptr } from 'bun:ffi'
import { closeSync, writeSync } from 'node:fs'
import type { SharedPages } from '../sandbox/new-memory'
import { openLibc } from './libc'

const PROT_READ = 1
const PROT_WRITE = 2
const MAP_PRIVATE = 0x02
const MAP_FIXED = 0x10
const MAP_ANONYMOUS = 0x20
const MAP_NORESERVE = 0x4000
const MFD_CLOEXEC = 1
const MFD_ALLOW_SEALING = 2
const F_ADD_SEALS = 1033
/** Nothing of it changes any more, its size and these seals included. */
const SEALS = 0xf
const NAME = new TextEncoder().encode('new sandbox\0')

/** @returns undefined where there is no Linux, or none that lets us: each sandbox has all of its memory for itself then. */
export function sharedPages(image: Uint8Array): SharedPages | undefined {
  if (process.platform !== 'linux') return undefined
  const libc = openLibc({
    memfd_create: { args: ['ptr', 'u32'], returns: 'i32' },
    fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
    mmap: { args: ['ptr', 'u64', 'i32', 'i32', 'i32', 'i64'], returns: 'u64' },
  })
  const file = libc?.memfd_create(ptr(NAME), MFD_CLOEXEC | MFD_ALLOW_SEALING) ?? -1
  if (!libc || file < 0) return undefined
  if (writeSync(file, image) < image.length || libc.fcntl(file, F_ADD_SEALS, SEALS) !== 0) {
    closeSync(file)
    return undefined
  }
  const lay = (memory: ArrayBuffer, length: number, flags: number, over: number) => {
    const at = ptr(new Uint8Array(memory))
    const access = PROT_READ | PROT_WRITE
    const laid = libc.mmap(at, BigInt(length), access, MAP_PRIVATE | MAP_FIXED | flags, over, 0n)
    return laid === BigInt(at)
  }
  return {
    share(memory) {
      return memory.byteLength === image.length && lay(memory, image.length, 0, file)
    },
    free(memory) {
      lay(memory, memory.byteLength, MAP_ANONYMOUS | MAP_NORESERVE, -1)
    },
  }
}
