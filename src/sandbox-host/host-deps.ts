/** What a sandbox host is given by the process that it is in. */
import type { FromHost } from '../protocol/messages'
import type { Engine } from '../sandbox/engine'
import type { Compilation } from '../schema/metadata'

export interface SandboxHostDeps {
  /** The build of this program: a gateway of another one is refused. */
  readonly build: string
  readonly engine: Promise<Engine>
  /** In steps: others have their turns between them. */
  readonly compile: (engine: Engine, source: Uint8Array) => Iterator<undefined, Compilation>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Counts up evenly, ms. */
  readonly clock: () => number
  /** CPU time of this thread, ms. */
  readonly cpu: () => number
  /**
   * Takes note of who runs now: the instance or compilation; negative for the program that is to take an instance's place;
   * 0 for none. Whoever finds this host dead wants to know.
   */
  readonly running: (number: number) => void
  /**
   * Gives up the rights of this process that it needs no more, for good: called once, before any program is taken.
   * @param folder the one that is left to it. @returns what it could not give up, in phrases.
   */
  readonly confine: (folder: string | undefined) => readonly string[]
  readonly gateway: Outlet
}

/** What takes messages to the gateway. */
export interface Outlet {
  send(message: FromHost): void
  /** Bytes that were sent and not taken yet. */
  readonly backlog: number
  /** Resolves when all of them are taken. */
  taken(): Promise<void>
}
