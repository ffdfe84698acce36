/**
 * How a sandbox host died, and whether that tells against whoever was at work in it. A signal from outside (an
 * operator's, the kernel's for want of memory) meets anybody; a crash, an exit and a silence are of somebody's making.
 * A host that has lied is ended for that, and nobody is charged with it: it could have lied about that as well.
 */

/** `work`: of the work that it did; `memory`: of all that it held; `outside`: of nothing that it did. */
export type DeathKind = 'work' | 'memory' | 'outside'

/** The host is gone, whatever was asked of it. */
export class HostDied extends Error {
  override readonly name = 'HostDied'

  constructor(
    message: string,
    readonly kind: DeathKind,
    /** The instance or compilation that was at work; negative: the program that is to take an instance's place; 0: nobody. */
    readonly running: number,
  ) {
    super(message)
  }

  /** @param number as in `running`. */
  isOf(number: number): boolean {
    return this.kind === 'work' && this.running === number
  }
}

/** Signals that a process is sent for what it does itself. */
const CRASHES: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGBUS', 'SIGTRAP', 'SIGFPE', 'SIGSYS'])

/** Why the gateway has killed it. */
export interface KillReason {
  readonly reason: string
  /** Nobody who is at work in it has made it so. */
  readonly blameless: boolean
}

export interface Ending {
  readonly killed: KillReason | undefined
  readonly signal: string | null
  readonly status: number | null
  /** The machine has killed for want of memory while it lived. */
  readonly memoryRanOut: boolean
}

export function deathOf({ killed, signal, status, memoryRanOut }: Ending, running: number): HostDied {
  if (killed) return new HostDied(killed.reason, killed.blameless ? 'outside' : 'work', running)
  if (signal === null) return new HostDied(`it ended with status ${status}`, 'work', running)
  if (CRASHES.has(signal)) return new HostDied(`it was killed by ${signal}`, 'work', running)
  if (signal !== 'SIGKILL' || !memoryRanOut) return new HostDied(`it was killed by ${signal}`, 'outside', running)
  return new HostDied('it was killed because the machine had run out of memory', 'memory', running)
}
