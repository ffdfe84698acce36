/** What the wall around a sandbox host is made of, as far as this kernel has it. */
import { ptr } from 'bun:ffi'
import { openLibc } from '../libc'
import { type Call, type Machine, machineOf, numberOn } from './calls'

export interface Kernel {
  readonly machine: Machine
  /** The version of Landlock; 0: it has none, or has it switched off. */
  readonly landlock: number
  /** Whether it keeps signals to threads of the same process apart from those to others. */
  readonly tellsSignalsApart: boolean
  /** Whether it filters system calls (seccomp). */
  readonly filters: boolean
  /** As the kernel answers; -1 when it refuses. */
  call(call: Call, ...values: readonly (number | bigint)[]): number
}

const LANDLOCK_CREATE_RULESET_VERSION = 1
const LANDLOCK_CREATE_RULESET_ERRATA = 2
/** The second erratum that is mended. */
const SIGNALS_MENDED = 2
const SECCOMP_GET_ACTION_AVAIL = 2
const SECCOMP_RET_ERRNO = 0x50000

/** @returns undefined where there is no Linux that we know. */
export function thisKernel(): Kernel | undefined {
  const machine = machineOf(process.arch)
  if (process.platform !== 'linux' || machine === undefined) return undefined
  const libc = openLibc({ syscall: { args: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64'], returns: 'i64' } })
  if (!libc) return undefined
  const call: Kernel['call'] = (name, first = 0, second = 0, third = 0, fourth = 0) => {
    const values = [first, second, third, fourth].map(BigInt) as [bigint, bigint, bigint, bigint]
    return Number(libc.syscall(BigInt(numberOn(machine, name) ?? -1), ...values, 0n))
  }
  const landlock = Math.max(0, call('landlock_create_ruleset', 0, 0, LANDLOCK_CREATE_RULESET_VERSION))
  const errata = call('landlock_create_ruleset', 0, 0, LANDLOCK_CREATE_RULESET_ERRATA)
  const action = Uint32Array.of(SECCOMP_RET_ERRNO)
  return {
    machine,
    call,
    landlock,
    tellsSignalsApart: errata > 0 && (errata & SIGNALS_MENDED) !== 0,
    filters: call('seccomp', SECCOMP_GET_ACTION_AVAIL, 0, ptr(action)) === 0,
  }
}
