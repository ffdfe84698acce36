/**
 * One strategy in one instance of the engine, spoken to through the component's own ABI: arguments
 * and results are laid out by hand as sandbox/engine/wit/engine.wit and the canonical ABI say, which
 * saves the 0.7 to 4 µs a call that generated glue takes. Between calls the linear memory is all of
 * a strategy's state.
 */
import type { Engine } from './engine'
import type { Environment } from './environment'
import type { Fault } from './fault'
import type { StrategyHost } from './host'
import { HostImports } from './imports'
import { HANDLERS, type HandlerName } from './layout'
import { faultAt, type Outcome, outcomeAt } from './lift'
import { DEFAULT_LIMITS, type Limits } from './limits'
import { GuestMemory, type Realloc } from './memory'
import type { NewMemory } from './new-memory'
import type { SourceMap } from './source-map'
import type { WordTable } from './words'

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
  readonly handlers: readonly HandlerName[]
  /** It wants events of its symbols from providers outside its scope. */
  readonly crossProvider: boolean
}

type StateText = { json: string } | { fault: Fault }

/** No room is made beyond this size of the memory. The engine declares 32 MiB; half of them are for the strategy's heap. */
const MOST_ROOM_UP_TO = 24 << 20

const INTERFACE = 'meltica:strategy/sandbox@0.1.0'
const encoder = new TextEncoder()

type CoreFunction = (...args: number[]) => number

export class Sandbox implements Disposable {
  private readonly exports: Record<string, unknown>
  private readonly imports: HostImports
  private readonly memory: GuestMemory
  /** How its memory began. */
  private readonly begun: NewMemory
  private readonly deliverCore: CoreFunction
  private readonly deliverPost: CoreFunction
  private readonly deliverPromised: (...args: number[]) => Promise<number>
  private busy = false
  /** What was made free last, for reading the state, in bytes. */
  private room = 0
  private ended = false
  private disposed = false
  /** The words of the records that were delivered last, and how many of them the guest has been taught. */
  private words: WordTable | undefined
  private taught = 0
  /** What its faults are placed by. */
  sourceMap: SourceMap | undefined

  constructor(
    engine: Engine,
    host: StrategyHost,
    private readonly limits: Limits = DEFAULT_LIMITS,
  ) {
    this.imports = new HostImports(host, () => this.memory)
    const table = this.imports.table()
    this.exports = new WebAssembly.Instance(engine.module, { 'meltica:strategy/host@0.1.0': table }).exports
    this.memory = new GuestMemory(this.exports.memory as WebAssembly.Memory, this.exports.cabi_realloc as Realloc)
    this.begun = engine.memory
    this.begun.begin(this.memory.buffer)
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
      if (memory.u8(at) !== 0) return { fault: this.placed(faultAt(memory, at + 4)) }
      const metadata: unknown = memory.u8(at + 4) === 0 ? undefined : JSON.parse(memory.text(at + 8))
      return { loaded: { metadata, hasCreate: memory.u8(at + 16) !== 0, exported: memory.text(at + 20) } }
    })
  }

  /** Calls `create`. Records delivered before it set the market that `create` sees. */
  start(environment: Environment): { started: Started } | { fault: Fault } {
    return this.call('start', [encoder.encode(JSON.stringify(environment))], [], (at) => {
      const { memory } = this
      if (memory.u8(at) !== 0) return { fault: this.placed(faultAt(memory, at + 4)) }
      const [first, count] = [memory.u32(at + 4), memory.u32(at + 8)]
      const names = new Set(Array.from({ length: count }, (_, i) => memory.text(first + 8 * i)))
      return {
        started: { handlers: HANDLERS.filter((name) => names.has(name)), crossProvider: memory.u8(at + 12) !== 0 },
      }
    })
  }

  /**
   * Handles packed records in order, up to an order, a fault, or as much work as one event may do.
   * @param words the table that they are written in: what is new of it is taught before.
   */
  deliver(records: Uint8Array, words: WordTable): Outcome {
    this.enter(false)
    try {
      const fault = this.knows(words) ? undefined : this.teach(words)
      if (fault) return { consumed: 0, ordered: false, fault }
      return this.outcome(this.deliverCore(this.memory.lower(records), records.length))
    } catch (error) {
      return { consumed: 0, ordered: false, fault: this.trap(error) }
    } finally {
      this.leave()
    }
  }

  /** The same, but `helpers.sleep` waits. Until it settles nothing can be asked of the sandbox but its disposal. */
  async deliverSuspending(records: Uint8Array, words: WordTable): Promise<Outcome> {
    this.enter(true)
    try {
      const fault = this.knows(words) ? undefined : this.teach(words)
      if (fault) return { consumed: 0, ordered: false, fault }
      return this.outcome(await this.deliverPromised(this.memory.lower(records), records.length))
    } catch (error) {
      return { consumed: 0, ordered: false, fault: this.trap(error) }
    } finally {
      this.leave()
    }
  }

  /**
   * The JSON of `helpers.state`; a fault when it is no JSON or too large. Also asked for by the host's `sleep`, while
   * the strategy is not parked yet: it goes on as if nobody had asked.
   */
  state(): StateText {
    return this.imports.isFallingAsleep ? this.peek() : this.readState()
  }

  /** To read it may run the strategy's code and what promises have to do: all of that is undone. */
  private peek(): StateText {
    const { memory, imports } = this
    const fuel = this.exports.fuel as WebAssembly.Global
    const [image, fuelLeft, suspends] = [memory.copy(), fuel.value, imports.suspends]
    this.busy = false
    imports.muted = true
    imports.isFallingAsleep = false
    try {
      return this.readState()
    } finally {
      const grown = memory.size - image.length
      memory.overwrite(image)
      fuel.value = fuelLeft
      imports.suspends = suspends
      imports.muted = false
      imports.isFallingAsleep = true
      this.ended = false
      this.busy = true
      if (grown > 0) this.makeRoom(grown)
    }
  }

  /**
   * The guest knows nothing of what its memory has grown by when that was undone, and it is lost: with a larger block that is free
   * it need not grow the next time.
   */
  private makeRoom(grown: number): void {
    const { memory } = this
    const bytes = Math.max(grown, this.room) * 2
    if (memory.size + bytes > MOST_ROOM_UP_TO) return
    this.room = bytes
    const at = memory.allocate(bytes)
    // what `state` answers is freed like that, and this looks like it: ok, the text's pointer and length
    memory.setU8(at, 0)
    memory.setU32(at + 4, at)
    memory.setU32(at + 8, bytes)
    const free = this.exports[`cabi_post_${INTERFACE}#state`] as CoreFunction
    free(at)
  }

  private readState(): StateText {
    return this.call('state', [], [], (at) =>
      this.memory.u8(at) === 0 ? { json: this.memory.text(at + 4) } : { fault: faultAt(this.memory, at + 4) },
    )
  }

  /** The whole sandbox, for `restore`: what it differs in from a new one. */
  checkpoint(): Uint8Array {
    this.check()
    return this.memory.difference(this.begun.image)
  }

  /**
   * Makes a new sandbox of the same engine what another was at its checkpoint; `load` and `start` are not needed.
   * @param isWhole the image is the whole memory.
   */
  restore(image: Uint8Array, { isWhole = false } = {}): void {
    this.check()
    if (isWhole) this.memory.overwrite(image)
    else this.memory.apply(image)
    this.words = undefined
  }

  /** Ends a sleep at once: what was delivered comes back with a fault. */
  [Symbol.dispose](): void {
    this.ended = true
    this.disposed = true
    this.imports.stop()
    if (!this.busy) this.leave()
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

  private leave(): void {
    this.busy = false
    if (this.disposed) this.begun.end(this.memory.buffer)
  }

  private knows(words: WordTable): boolean {
    return this.words === words && this.taught === words.count
  }

  /** One that has no memory left for a word is ended: it would take the records for something else. */
  private teach(words: WordTable): Fault | undefined {
    if (this.words !== words) {
      this.words = words
      this.taught = 0
    }
    while (this.taught < words.count) {
      const records = words.from(this.taught)
      const { consumed, fault } = this.outcome(this.deliverCore(this.memory.lower(records), records.length))
      if (fault) {
        this.ended = true
        return { ...fault, cause: 'trapped' }
      }
      this.taught += consumed
    }
    return undefined
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
      this.leave()
    }
  }

  private outcome(at: number): Outcome {
    const outcome = outcomeAt(this.memory, at)
    if (!outcome.fault) return outcome
    this.deliverPost(at)
    return { ...outcome, fault: this.placed(outcome.fault) }
  }

  /** At the author's place, where the source map knows it. */
  private placed(fault: Fault): Fault {
    return fault.line > 0 ? { ...fault, ...this.sourceMap?.at(fault.line, fault.column) } : fault
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
}
