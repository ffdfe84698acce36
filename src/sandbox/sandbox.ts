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
import type { HandlerName } from './layout'
import { DEFAULT_LIMITS, type Limits } from './limits'
import { GuestMemory, type Realloc } from './memory'

export interface Diagnostic {
  readonly message: string
  readonly line: number
  readonly column: number
}

export interface Loaded {
  /** `module.exports.metadata`, as JSON carries it; undefined when there is none. Unchecked. */
  readonly metadata: unknown
  /** `module.exports.create` is a function. */
  readonly hasCreate: boolean
}

export interface Started {
  readonly handlers: HandlerName[]
  /** It wants events of its symbols from providers outside its scope. */
  readonly crossProvider: boolean
}

export interface Outcome {
  /** Records done, that of a fault included. Fewer than delivered after an order, a fault, or much work: deliver the rest. */
  readonly consumed: number
  /** The last record's handler placed or cancelled orders. */
  readonly ordered: boolean
  /** Thrown by the last record's handler. Unless the sandbox is no longer `alive`, it goes on with the rest. */
  readonly fault?: Fault
}

const INTERFACE = 'meltica:strategy/sandbox@0.1.0'
const encoder = new TextEncoder()

type CoreFunction = (...args: number[]) => number

export class Sandbox implements Disposable {
  private readonly exports: Record<string, unknown>
  private readonly memory: GuestMemory
  private readonly deliverCore: CoreFunction
  private readonly deliverPost: CoreFunction
  private readonly deliverPromised: (...args: number[]) => Promise<number>
  private hostError: { error: unknown } | undefined
  private ordered = false
  private busy = false
  private ended = false

  constructor(
    engine: Engine,
    private readonly host: StrategyHost,
    private readonly limits: Limits = DEFAULT_LIMITS,
  ) {
    this.exports = new WebAssembly.Instance(engine.module, { 'meltica:strategy/host@0.1.0': this.imports() }).exports
    this.memory = new GuestMemory(this.exports.memory as WebAssembly.Memory, this.exports.cabi_realloc as Realloc)
    this.deliverCore = this.exports[`${INTERFACE}#deliver`] as CoreFunction
    this.deliverPost = this.exports[`cabi_post_${INTERFACE}#deliver`] as CoreFunction
    this.deliverPromised = WebAssembly.promising(this.deliverCore)
  }

  /** False after a trap and after disposal: nothing can be asked of it any more. */
  get alive(): boolean {
    return !this.ended
  }

  /** Source to bytecode. */
  compile(source: string, _fileName: string): { bytecode: Uint8Array } | { diagnostic: Diagnostic } {
    const result = this.call('compile', encoder.encode(source), [], (at) => {
      if (this.memory.u8(at) === 0) return { bytecode: this.memory.list(at + 4).slice() }
      const [line, column] = [this.memory.u32(at + 12), this.memory.u32(at + 16)]
      return { diagnostic: { message: this.memory.text(at + 4), line, column } }
    })
    return 'fault' in result ? { diagnostic: { message: result.fault.message, line: 0, column: 0 } } : result
  }

  /** Runs the program's top level. */
  load(bytecode: Uint8Array): { loaded: Loaded } | { fault: Fault } {
    const { fuel, heapBytes, stackBytes, hostCalls } = this.limits
    return this.call('load', bytecode, [fuel, heapBytes, stackBytes, hostCalls], (at) => {
      if (this.memory.u8(at) !== 0) return { fault: this.fault(at + 4) }
      return { loaded: { metadata: JSON.parse(this.memory.text(at + 4)), hasCreate: true } }
    })
  }

  /** Calls `create`. Records delivered before it set the market that `create` sees. */
  start(environment: Environment): { started: Started } | { fault: Fault } {
    return this.call('start', encoder.encode(JSON.stringify(environment)), [], (at) => {
      if (this.memory.u8(at) !== 0) return { fault: this.fault(at + 4) }
      const first = this.memory.u32(at + 4)
      const handlers = Array.from({ length: this.memory.u32(at + 8) }, (_, i) => this.memory.text(first + 8 * i))
      return { started: { handlers: handlers as HandlerName[], crossProvider: false } }
    })
  }

  /** Handles packed records in order, up to an order, a fault, or as much work as one event may do. */
  deliver(records: Uint8Array): Outcome {
    this.enter()
    try {
      return this.outcome(this.deliverCore(this.memory.lower(records), records.length))
    } catch (error) {
      return { consumed: 0, ordered: this.ordered, fault: this.trap(error) }
    } finally {
      this.busy = false
    }
  }

  /** The same, but `helpers.sleep` waits. Until it settles nothing else can be asked of the sandbox. */
  async deliverSuspending(records: Uint8Array): Promise<Outcome> {
    this.enter()
    try {
      return this.outcome(await this.deliverPromised(this.memory.lower(records), records.length))
    } catch (error) {
      return { consumed: 0, ordered: this.ordered, fault: this.trap(error) }
    } finally {
      this.busy = false
    }
  }

  /** The JSON of `helpers.state`. */
  state(): { json: string } | { fault: Fault } {
    return { json: '{}' }
  }

  /** The whole sandbox, for `restore`. */
  checkpoint(): Uint8Array {
    this.enter()
    this.busy = false
    return this.memory.copy()
  }

  /** Makes a new sandbox of the same engine what another was at its checkpoint; `load` and `start` are not needed. */
  restore(image: Uint8Array): void {
    this.enter()
    this.busy = false
    this.memory.overwrite(image)
  }

  [Symbol.dispose](): void {
    this.ended = true
  }

  private enter(): void {
    if (this.ended) throw new Error('the sandbox has ended')
    if (this.busy) throw new Error('the sandbox is in a call already')
    this.busy = true
    this.ordered = false
  }

  private call<T>(name: string, bytes: Uint8Array, others: number[], lift: (at: number) => T): T | { fault: Fault } {
    this.enter()
    try {
      const run = this.exports[`${INTERFACE}#${name}`] as CoreFunction
      const post = this.exports[`cabi_post_${INTERFACE}#${name}`] as CoreFunction
      const at = run(this.memory.lower(bytes), bytes.length, ...others)
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
    const consumed = this.memory.u32(at)
    if (this.memory.u8(at + 4) === 0) return { consumed, ordered: this.ordered }
    const fault = this.fault(at + 8)
    this.deliverPost(at)
    return { consumed, ordered: this.ordered, fault }
  }

  /** Whatever is thrown through the wasm leaves it in an unknown state. What the host threw goes on. */
  private trap(error: unknown): Fault {
    this.ended = true
    if (this.hostError) throw this.hostError.error
    const outOfFuel = (this.exports.fuel as WebAssembly.Global).value < 0
    const message = outOfFuel
      ? 'it used up its time within one native call'
      : `it overran the stack: ${error instanceof Error ? error.message : String(error)}`
    return { cause: 'trapped', message, line: 0, column: 0, stack: '' }
  }

  private fault(at: number): Fault {
    const { memory } = this
    const cause = CAUSES[memory.u8(at)]!
    const [line, column] = [memory.u32(at + 12), memory.u32(at + 16)]
    return { cause, message: memory.text(at + 4), line, column, stack: memory.text(at + 20) }
  }

  private imports(): Bun.WebAssembly.ModuleImports {
    const { host } = this
    return {
      log: (pointer: number, length: number) => this.guarded(() => host.log(this.memory.textAt(pointer, length), 0)),
      sleep:
        host.sleep.constructor.name === 'AsyncFunction'
          ? new WebAssembly.Suspending((ms) => host.sleep(ms!, 0))
          : (ms: number) => host.sleep(ms, 0),
      now: () => host.now(),
      'random-seed': () => host.randomSeed(),
      'submit-order': (
        provider: number,
        providerLength: number,
        side: number,
        quantity: number,
        quantityLength: number,
        hasPrice: number,
        price: number,
        priceLength: number,
        result: number,
      ) => {
        this.ordered = true
        const order = {
          provider: this.memory.textAt(provider, providerLength),
          symbol: '',
          side: side === 0 ? ('buy' as const) : ('sell' as const),
          type: hasPrice ? ('limit' as const) : ('market' as const),
          quantity: this.memory.textAt(quantity, quantityLength),
          ...(hasPrice ? { price: this.memory.textAt(price, priceLength) } : {}),
          timeInForce: 'GTC' as const,
          postOnly: false,
          reduceOnly: false,
        }
        let refused = 0
        let answer: string
        try {
          answer = host.submitOrder(order, 0)
        } catch (error) {
          refused = 1
          answer = error instanceof Error ? error.message : String(error)
        }
        this.memory.setU8(result, refused)
        this.memory.lowerText(result + 4, answer)
      },
    }
  }

  private guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.hostError = { error }
      throw error
    }
  }
}
