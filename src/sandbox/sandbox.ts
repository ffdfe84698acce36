/**
 * One strategy in one instance of the engine, spoken to through the component's own ABI: arguments
 * and results are laid out by hand as sandbox/engine/wit/engine.wit and the canonical ABI say, which
 * saves the 0.7 to 4 µs a call that generated glue takes. Between calls the linear memory is all of
 * a strategy's state.
 */
import type { Engine } from './engine'
import type { Environment } from './environment'
import { CAUSES, type Fault } from './fault'
import type { StrategyHost } from './host'
import { HostImports } from './imports'
import { HANDLERS, type HandlerName } from './layout'
import { DEFAULT_LIMITS, type Limits } from './limits'
import { GuestMemory, type Realloc } from './memory'

export interface Diagnostic {
  readonly message: string
  /** 1-based; 0 where no place is known. */
  readonly line: number
  /** 1-based, in UTF-16 units as editors count. */
  readonly column: number
}

/** What the program's `module.exports` is; nothing of it is checked. */
export interface Loaded {
  /** `module.exports.metadata` as JSON carries it; undefined when there is none. */
  readonly metadata: unknown
  /** `module.exports.create` is a function. */
  readonly hasCreate: boolean
  /** What `typeof module.exports` says, `null` for null. */
  readonly exported: string
}

export interface Started {
  readonly handlers: HandlerName[]
  /** It wants events of its symbols from providers outside its scope. */
  readonly crossProvider: boolean
}

export interface Outcome {
  /**
   * Records done, that of a fault included. Fewer than delivered after an order, a fault, or much work:
   * deliver the rest. 0 after a trap, which leaves nothing that could tell.
   */
  readonly consumed: number
  /** The last record's handler placed or cancelled orders, or tried to. */
  readonly ordered: boolean
  /** Thrown by the last record's handler. Unless the sandbox is no longer `alive`, it goes on with the rest. */
  readonly fault?: Fault
}

const INTERFACE = 'meltica:strategy/sandbox@0.1.0'
/** Where the parts of an outcome lie. */
const OUTCOME = { consumed: 0, ordered: 4, hasFault: 8, fault: 12 } as const
const encoder = new TextEncoder()

type CoreFunction = (...args: number[]) => number

export class Sandbox implements Disposable {
  private readonly exports: Record<string, unknown>
  private readonly imports: HostImports
  private readonly memory: GuestMemory
  private readonly deliverCore: CoreFunction
  private readonly deliverPost: CoreFunction
  private readonly deliverPromised: (...args: number[]) => Promise<number>
  private busy = false
  private ended = false

  constructor(
    engine: Engine,
    host: StrategyHost,
    private readonly limits: Limits = DEFAULT_LIMITS,
  ) {
    this.imports = new HostImports(host, () => this.memory)
    const table = this.imports.table()
    this.exports = new WebAssembly.Instance(engine.module, { 'meltica:strategy/host@0.1.0': table }).exports
    this.memory = new GuestMemory(this.exports.memory as WebAssembly.Memory, this.exports.cabi_realloc as Realloc)
    this.deliverCore = this.exports[`${INTERFACE}#deliver`] as CoreFunction
    this.deliverPost = this.exports[`cabi_post_${INTERFACE}#deliver`] as CoreFunction
    this.deliverPromised = WebAssembly.promising(this.deliverCore)
  }

  /** False after a trap and after disposal: nothing can be asked of it any more. */
  get alive(): boolean {
    return !this.ended
  }

  /** Source to bytecode; runs nothing of it. @param fileName what stacks name, as `grid.js`. */
  compile(source: string, fileName: string): { bytecode: Uint8Array } | { diagnostic: Diagnostic } {
    const result = this.call('compile', [encoder.encode(source), encoder.encode(fileName)], [], (at) => {
      if (this.memory.u8(at) === 0) return { bytecode: this.memory.list(at + 4).slice() }
      const [line, column] = [this.memory.u32(at + 12), this.memory.u32(at + 16)]
      return { diagnostic: { message: this.memory.text(at + 4), line, column } }
    })
    return 'fault' in result
      ? { diagnostic: { message: 'the source takes too long to compile', line: 0, column: 0 } }
      : result
  }

  /** Runs the program's top level. */
  load(bytecode: Uint8Array): { loaded: Loaded } | { fault: Fault } {
    const { fuel, heapBytes, stackBytes, hostCalls } = this.limits
    return this.call('load', [bytecode], [fuel, heapBytes, stackBytes, hostCalls], (at) => {
      const { memory } = this
      if (memory.u8(at) !== 0) return { fault: this.fault(at + 4) }
      const metadata: unknown = memory.u8(at + 4) === 0 ? undefined : JSON.parse(memory.text(at + 8))
      return { loaded: { metadata, hasCreate: memory.u8(at + 16) !== 0, exported: memory.text(at + 20) } }
    })
  }

  /** Calls `create`. Records delivered before it set the market that `create` sees. */
  start(environment: Environment): { started: Started } | { fault: Fault } {
    return this.call('start', [encoder.encode(JSON.stringify(environment))], [], (at) => {
      const { memory } = this
      if (memory.u8(at) !== 0) return { fault: this.fault(at + 4) }
      const [first, count] = [memory.u32(at + 4), memory.u32(at + 8)]
      const names = new Set(Array.from({ length: count }, (_, i) => memory.text(first + 8 * i)))
      return {
        started: { handlers: HANDLERS.filter((name) => names.has(name)), crossProvider: memory.u8(at + 12) !== 0 },
      }
    })
  }

  /** Handles packed records in order, up to an order, a fault, or as much work as one event may do. */
  deliver(records: Uint8Array): Outcome {
    this.enter(false)
    try {
      return this.outcome(this.deliverCore(this.memory.lower(records), records.length))
    } catch (error) {
      return { consumed: 0, ordered: false, fault: this.trap(error) }
    } finally {
      this.busy = false
    }
  }

  /** The same, but `helpers.sleep` waits. Until it settles nothing can be asked of the sandbox but its disposal. */
  async deliverSuspending(records: Uint8Array): Promise<Outcome> {
    this.enter(true)
    try {
      return this.outcome(await this.deliverPromised(this.memory.lower(records), records.length))
    } catch (error) {
      return { consumed: 0, ordered: false, fault: this.trap(error) }
    } finally {
      this.busy = false
    }
  }

  /** The JSON of `helpers.state`; a fault when it is no JSON or too large. */
  state(): { json: string } | { fault: Fault } {
    return this.call('state', [], [], (at) =>
      this.memory.u8(at) === 0 ? { json: this.memory.text(at + 4) } : { fault: this.fault(at + 4) },
    )
  }

  /** The whole sandbox, for `restore`. */
  checkpoint(): Uint8Array {
    this.check()
    return this.memory.copy()
  }

  /** Makes a new sandbox of the same engine what another was at its checkpoint; `load` and `start` are not needed. */
  restore(image: Uint8Array): void {
    this.check()
    this.memory.overwrite(image)
  }

  /** Ends a sleep at once: what was delivered comes back with a fault. */
  [Symbol.dispose](): void {
    this.ended = true
    this.imports.stop()
  }

  private check(): void {
    if (this.ended) throw new Error('the sandbox has ended')
    if (this.busy) throw new Error('the sandbox is in a call already')
  }

  private enter(suspends: boolean): void {
    this.check()
    this.busy = true
    this.imports.suspends = suspends
  }

  private call<T>(
    name: string,
    lists: Uint8Array[],
    numbers: number[],
    lift: (at: number) => T | { fault: Fault },
  ): T | { fault: Fault } {
    this.enter(false)
    try {
      const run = this.exports[`${INTERFACE}#${name}`] as CoreFunction
      const post = this.exports[`cabi_post_${INTERFACE}#${name}`] as CoreFunction
      const at = run(...lists.flatMap((bytes) => [this.memory.lower(bytes), bytes.length]), ...numbers)
      const result = lift(at)
      post(at)
      return result
    } catch (error) {
      return { fault: this.trap(error) }
    } finally {
      this.busy = false
    }
  }

  private outcome(at: number): Outcome {
    const { memory } = this
    const consumed = memory.u32(at + OUTCOME.consumed)
    const ordered = memory.u8(at + OUTCOME.ordered) !== 0
    if (memory.u8(at + OUTCOME.hasFault) === 0) return { consumed, ordered }
    const fault = this.fault(at + OUTCOME.fault)
    this.deliverPost(at)
    return { consumed, ordered, fault }
  }

  /** Whatever is thrown through the wasm leaves it in an unknown state. What the host threw goes on. */
  private trap(error: unknown): Fault {
    const stopped = this.ended
    this.ended = true
    if (this.imports.thrown) throw this.imports.thrown.error
    const reason = error instanceof Error ? error.message : String(error)
    const outOfFuel = (this.exports.fuel as WebAssembly.Global).value < 0
    const message = stopped
      ? 'stopped while asleep'
      : outOfFuel
        ? `out of time: more than ${this.limits.fuel} steps, within one native call`
        : `the sandbox broke down: ${reason}`
    return { cause: 'trapped', message, line: 0, column: 0, stack: '' }
  }

  private fault(at: number): Fault {
    const { memory } = this
    const cause = CAUSES[memory.u8(at)]!
    const [line, column] = [memory.u32(at + 12), memory.u32(at + 16)]
    return { cause, message: memory.text(at + 4), line, column, stack: memory.text(at + 20) }
  }
}
