/** Landlock around every thread of this process, also those that were there before it was asked for. */
import { cc, ptr } from 'bun:ffi'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { addressOf } from '../libc'
import { type Call, numberOn } from './calls'
import program from './every-thread.c' with { type: 'text' }
import type { Kernel } from './kernel'

const MFD_CLOEXEC = 1

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
export function everyThread(kernel: Kernel, ruleset: number): number {
  const { machine } = kernel
  const { every_thread } = compiled(kernel)
  const system = BigUint64Array.from(CALLED, addressOf)
  const numbers = BigInt64Array.from(NUMBERS, (call) => BigInt(numberOn(machine, call) ?? -1))
  const threads = openSync('/proc/self/task', 'r')
  try {
    return every_thread(ptr(system), ptr(numbers), threads, ruleset)
  } finally {
    closeSync(threads)
  }
}

/** From a file in memory, of which nothing is left whenever this process ends. */
function compiled(kernel: Kernel) {
  const file = kernel.call('memfd_create', new TextEncoder().encode('every-thread\0'), MFD_CLOEXEC)
  try {
    writeFileSync(file, program)
    return cc({
      source: `/proc/self/fd/${file}`,
      flags: ['-nostdlib'],
      symbols: { every_thread: { args: ['ptr', 'ptr', 'i32', 'i32'], returns: 'i32' } },
    }).symbols
  } finally {
    closeSync(file)
  }
}
