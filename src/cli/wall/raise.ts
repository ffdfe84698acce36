/**
 * The wall around a sandbox host: what it needs no more once it has loaded its engine, it gives up for good, so that whoever
 * breaks out of WebAssembly finds little to use. What holds it, and what it does not, is in docs/decisions/second-wall.md.
 */
import { ptr } from 'bun:ffi'
import { closeSync } from 'node:fs'
import { reasonOf } from '../../files/reason'
import { everyThread } from './every-thread'
import { filterFor } from './filter'
import { type Kernel, thisKernel } from './kernel'
import { rulesetOf } from './landlock'

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1
/** In all threads at once, and without measures against side channels that slow down machine code. */
const SECCOMP_FLAGS = 1 | 4
const INSTRUCTION_BYTES = 8

const RLIMIT_CORE = 4
/** A limit of 0 lets a program have it that the system has named for dumps. */
const NO_CORE = 1n
const RLIMIT_NOFILE = 7
const MOST_FILES = 256n

/**
 * For this process and for good.
 * @param folder the one that it may go on to read and write; made where it is missing.
 * @returns which parts of the wall are missing and why, a phrase each.
 */
export function raiseWall(folder: string | undefined, kernel: Kernel | undefined = thisKernel()): string[] {
  if (!kernel) return [`everything (none is known on ${process.platform} on ${process.arch})`]
  limit(kernel, RLIMIT_CORE, NO_CORE)
  limit(kernel, RLIMIT_NOFILE, MOST_FILES)
  kernel.call('prctl', PR_SET_NO_NEW_PRIVS, 1)
  return [...holdFiles(kernel, folder), ...holdCalls(kernel)]
}

function limit(kernel: Kernel, resource: number, most: bigint): void {
  kernel.call('prlimit64', 0, resource, BigUint64Array.of(most, most))
}

function holdFiles(kernel: Kernel, folder: string | undefined): string[] {
  if (kernel.landlock === 0) return ['Landlock, for files (the kernel has none, or has it switched off)']
  const ruleset = rulesetOf(kernel, folder)
  if (ruleset < 0) return ['Landlock, for files (the kernel refuses it)']
  try {
    const outside = everyThread(kernel, ruleset)
    return outside === 0 ? [] : [`Landlock, for files (${outside} of its threads are outside)`]
  } catch (error) {
    const own = kernel.call('landlock_restrict_self', ruleset) === 0 ? 'it is around one thread alone' : 'it is refused'
    return [`Landlock, for files (${own}: ${reasonOf(error)})`]
  } finally {
    closeSync(ruleset)
  }
}

function holdCalls(kernel: Kernel): string[] {
  const name = 'seccomp, for connections, programs and signals'
  if (!kernel.filters) return [`${name} (the kernel has no filter of system calls)`]
  const filter = filterFor(kernel.machine, process.pid)
  // struct sock_fprog
  const program = BigUint64Array.of(BigInt(filter.length / INSTRUCTION_BYTES), BigInt(ptr(filter)))
  // the filter, too, is held until the kernel has read it
  const refused = kernel.call('seccomp', SECCOMP_SET_MODE_FILTER, SECCOMP_FLAGS, program, filter) !== 0
  return refused ? [`${name} (the kernel refuses it)`] : []
}
