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
  /** As the kernel answers; -1 when it refuses. Of bytes it is told where they are. */
  call(call: Call, ...values: readonly (number | Bytes)[]): number
}

type Bytes = Uint8Array | Uint32Array | BigUint64Array | DataView

/** Not to be collected while the kernel reads them. */
const told = new Set<unknown>()

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
  const call: Kernel['call'] = (name, ...values) => {
    told.add(values)
    const word = (at: number) => {
      const value = values[at] ?? 0
      return BigInt(typeof value === 'number' ? value : ptr(value))
    }
    const answer = libc.syscall(BigInt(numberOn(machine, name) ?? -1), word(0), word(1), word(2), word(3), 0n)
    told.delete(values)
    return Number(answer)
  }
  const landlock = Math.max(0, call('landlock_create_ruleset', 0, 0, LANDLOCK_CREATE_RULESET_VERSION))
  const errata = call('landlock_create_ruleset', 0, 0, LANDLOCK_CREATE_RULESET_ERRATA)
  return {
    machine,
    call,
    landlock,
    tellsSignalsApart: errata > 0 && (errata & SIGNALS_MENDED) !== 0,
    filters: call('seccomp', SECCOMP_GET_ACTION_AVAIL, 0, Uint32Array.of(SECCOMP_RET_ERRNO)) === 0,
  }
}
