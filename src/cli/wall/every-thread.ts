/** Landlock around every thread of this process, also those that were there before it was asked for. */
import { cc, ptr } from 'bun:ffi'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addressOf } from '../libc'
import { type Call, numberOn } from './calls'
import program from './every-thread.c' with { type: 'text' }
import type { Kernel } from './kernel'

/** `struct System` of the program, in its order. */
const CALLED = ['syscall', '__errno_location', 'sigaction']
/** `struct Numbers`. */
const NUMBERS: readonly Call[] = [
  'getdents64',
  'gettid',
  'getpid',
  'landlock_restrict_self',
  'lseek',
  'nanosleep',
  'prctl',
  'tgkill',
]

/** @returns around how many threads it is not. @throws Error where the program cannot be compiled: then it is around none. */
export function everyThread({ machine }: Kernel, ruleset: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-wall-'))
  try {
    const source = join(folder, 'every-thread.c')
    writeFileSync(source, program)
    const { symbols } = cc({
      source,
      flags: ['-nostdlib'],
      symbols: { every_thread: { args: ['ptr', 'ptr', 'i32', 'i32'], returns: 'i32' } },
    })
    const system = BigUint64Array.from(CALLED, addressOf)
    const numbers = BigInt64Array.from(NUMBERS, (call) => BigInt(numberOn(machine, call) ?? -1))
    // nothing of this folder is left to this process once its own thread has given up its rights
    rmSync(folder, { recursive: true })
    const threads = openSync('/proc/self/task', 'r')
    try {
      return symbols.every_thread(ptr(system), ptr(numbers), threads, ruleset)
    } finally {
      closeSync(threads)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
