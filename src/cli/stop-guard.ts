/** The last word on a stop: what ends the process in time when it does not end by itself, whatever it is doing. */
import { cc, ptr } from 'bun:ffi'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addressOf } from './libc'
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
