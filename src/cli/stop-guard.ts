/** The last word on a stop: what ends the process in time when it does not end by itself, whatever it is doing. */
import { cc, ptr } from 'bun:ffi'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLibc } from './libc'
import program from './stop-guard.c' with { type: 'text' }

export interface StopGuard {
  /** After the first SIGINT or SIGTERM. */
  readonly seconds: number
  /** What is told, and answered, then. */
  readonly text: string
  readonly lateStatus: number
  /** Answered at once to a second SIGINT or SIGTERM. */
  readonly againStatus: number
}

/** Read by the signal's handler as long as the process lives. */
let told: Uint8Array | undefined

/** `struct System` of the program, in its order. */
const CALLED = ['signal', 'alarm', 'write', '_exit']

/** Any library of this process: dlfcn.h. */
const RTLD_DEFAULT = process.platform === 'darwin' ? -2n : 0n

/** Where a function of this process lies. @throws Error when there is none. */
function addressOf(name: string): bigint {
  const text = new TextEncoder().encode(`${name}\0`)
  const address = openLibc({ dlsym: { args: ['i64', 'ptr'], returns: 'u64' } })?.dlsym(RTLD_DEFAULT, ptr(text))
  if (!address) throw new Error(`the C library has no ${name}`)
  return BigInt(address)
}

/**
 * To be set up when both signals are listened to already.
 * @throws Error where it cannot be compiled: signals are then heard by the event loop alone.
 */
export function guardStop({ seconds, text, lateStatus, againStatus }: StopGuard): void {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-guard-'))
  try {
    const source = join(folder, 'stop-guard.c')
    writeFileSync(source, program)
    const { symbols } = cc({
      source,
      flags: ['-nostdlib'],
      symbols: { guard: { args: ['ptr', 'u32', 'i32', 'i32', 'ptr', 'u32'], returns: 'void' } },
    })
    const system = BigUint64Array.from(CALLED, addressOf)
    told = new TextEncoder().encode(text)
    symbols.guard(ptr(system), seconds, lateStatus, againStatus, ptr(told), told.length)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
