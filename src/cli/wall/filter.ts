/**
 * The system calls that a sandbox host may make from now on, as a program for the kernel (seccomp): memory, threads, time, what
 * is open already, and files as far as Landlock lets them be. All others fail, those included that a later kernel brings.
 */
import { CALLS, type Call, type Machine, numberOn } from './calls'

/** One instruction: linux/filter.h. */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

const LOAD = 0x20
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_ANY_BIT = 0x45
const RETURN = 0x06
/** Where they lie in `struct seccomp_data`; the lower half of an argument comes first. */
const NUMBER_AT = 0
const MACHINE_AT = 4
const ARGUMENTS_AT = 16

const load = (at: number): Instruction => [LOAD, 0, 0, at]
const low = (argument: number): Instruction => load(ARGUMENTS_AT + 8 * argument)
const high = (argument: number): Instruction => load(ARGUMENTS_AT + 8 * argument + 4)

const EPERM = 1
const ENOSYS = 38
const ALLOW: Instruction = [RETURN, 0, 0, 0x7fff0000]
const REFUSE: Instruction = [RETURN, 0, 0, 0x50000 | EPERM]
/** Whoever asks tries an older call then. */
const UNKNOWN: Instruction = [RETURN, 0, 0, 0x50000 | ENOSYS]
const KILL: Instruction = [RETURN, 0, 0, 0x80000000]

/** Goes on behind what follows when what was loaded is another value. */
const when = (value: number, then: readonly Instruction[]): Instruction[] => [
  [JUMP_IF_EQUAL, 0, then.length, value],
  ...then,
]
const oneOf = (...values: number[]): Instruction[] => [...values.flatMap((value) => when(value, [ALLOW])), REFUSE]

/** AUDIT_ARCH of linux/audit.h. */
const MACHINES: Readonly<Record<Machine, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 }

const CLONE_THREAD = 0x10000
/** All CLONE_NEW… */
const NAMESPACES = 0x7e020080
const F_DUPFD = 0
const F_GETFD = 1
const F_SETFD = 2
const F_GETFL = 3
const F_SETFL = 4
const F_DUPFD_CLOEXEC = 1030
const PR_SET_NAME = 15
const PR_GET_NAME = 16
const PR_SET_VMA = 0x53564d41

/** Calls that are judged by what they ask for; null: not any more. */
const judged = (process: number): Partial<Record<Call, readonly Instruction[] | null>> => ({
  // threads alone
  clone: [low(0), [JUMP_IF_ANY_BIT, 0, 1, NAMESPACES], REFUSE, [JUMP_IF_ANY_BIT, 0, 1, CLONE_THREAD], ALLOW, REFUSE],
  // what it asks for lies in memory, where nobody can judge it
  clone3: [UNKNOWN],
  // who is told of a descriptor by a signal might be anybody
  fcntl: [low(1), ...oneOf(F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)],
  prctl: [low(0), ...oneOf(PR_SET_NAME, PR_GET_NAME, PR_SET_VMA)],
  // its own limits, to read
  prlimit64: [low(0), ...when(0, [low(2), ...when(0, [high(2), ...oneOf(0)]), REFUSE]), REFUSE],
  kill: [low(0), ...oneOf(process)],
  tgkill: [low(0), ...oneOf(process)],
  memfd_create: null,
  seccomp: null,
  landlock_create_ruleset: null,
  landlock_add_rule: null,
  landlock_restrict_self: null,
})

const BYTES = 8

/** @param process its id, which alone it may send signals. @returns `struct sock_filter[]`. */
export function filterFor(machine: Machine, process: number): Uint8Array<ArrayBuffer> {
  const judges = judged(process)
  const rules = CALLS.flatMap((call) => {
    const number = numberOn(machine, call)
    const judge = judges[call]
    return number === undefined || judge === null ? [] : when(number, judge ?? [ALLOW])
  })
  // the calls of another machine, as of 32 bits, have other numbers: nobody honest makes them
  const ofThis: Instruction = [JUMP_IF_EQUAL, 1, 0, MACHINES[machine]]
  const program: Instruction[] = [load(MACHINE_AT), ofThis, KILL, load(NUMBER_AT), ...rules, REFUSE]
  const bytes = new DataView(new ArrayBuffer(program.length * BYTES))
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.setUint16(index * BYTES, code, true)
    bytes.setUint8(index * BYTES + 2, ifTrue)
    bytes.setUint8(index * BYTES + 3, ifFalse)
    bytes.setUint32(index * BYTES + 4, value, true)
  }
  return new Uint8Array(bytes.buffer)
}
