/** The component's import, `meltica:strategy/host`, made from a StrategyHost: arguments lifted and results lowered by hand. */
import { Failure } from '../errors/failure'
import type { AccountQuery, OrderRequest, OrderSide, OrderType, TimeInForce } from '../schema/orders'
import type { StrategyHost } from './host'
import { type GuestMemory, RecurringText } from './memory'
import { NO_HOST } from './no-host'

/** In the order of the WIT's enums. */
const SIDES: readonly OrderSide[] = ['buy', 'sell']
const ORDER_TYPES: readonly OrderType[] = ['market', 'limit', 'stop', 'stopLimit']
const TIMES_IN_FORCE: readonly TimeInForce[] = ['GTC', 'IOC', 'FOK']
const SUBJECTS: readonly AccountQuery[] = ['openOrders', 'position', 'balance', 'equity', 'instrument']

/** Where the parts of submit-order's parameters lie: the event, then the record `order`. */
const AT = {
  event: 0,
  provider: 4,
  symbol: 12,
  side: 20,
  type: 21,
  quantity: 24,
  price: 32,
  stopPrice: 44,
  timeInForce: 56,
  postOnly: 57,
  reduceOnly: 58,
  numbers: 59,
  clientTag: 60,
} as const

export class HostImports {
  /** What the host itself threw, other than a refusal: a bug of ours on its way through the wasm. */
  thrown: { readonly error: unknown } | undefined
  /** Nothing comes of what the guest asks for. */
  muted = false
  /** The guest has called for a sleep and waits for the answer: it runs, and is not parked yet. */
  isFallingAsleep = false
  /** Whether the call at hand may be parked. */
  suspends = false
  private readonly provider = new RecurringText()
  private readonly symbol = new RecurringText()
  private readonly quantity = new RecurringText()
  private readonly nobody: StrategyHost
  private sleeping: Promise<void> | undefined
  private wake: ((reason: Error) => void) | undefined

  constructor(
    private readonly holder: StrategyHost,
    private readonly memory: () => GuestMemory,
  ) {
    this.nobody = { ...NO_HOST, now: () => holder.now() }
  }

  private get host(): StrategyHost {
    return this.muted ? this.nobody : this.holder
  }

  /** Ends a sleep at once, by a trap. */
  stop(): void {
    this.wake?.(new Error('stopped while asleep'))
  }

  table(): Bun.WebAssembly.ModuleImports {
    return {
      log: (event: number, pointer: number, length: number) =>
        this.run(() => {
          if (this.host.wantsLog(length, event)) this.host.log(this.memory().textAt(pointer, length), event)
        }),
      'submit-order': (parameters: number, result: number) =>
        this.answer(result, () =>
          this.host.submitOrder(this.order(parameters), this.memory().u32(parameters + AT.event)),
        ),
      'cancel-order': (event: number, pointer: number, length: number) =>
        this.run(() => Number(this.host.cancelOrder(this.memory().textAt(pointer, length), event))),
      'cancel-all': (event: number, pointer: number, length: number) =>
        this.run(() => this.host.cancelAll(this.memory().textAt(pointer, length), event)),
      query: (event: number, subject: number, pointer: number, length: number, result: number) =>
        this.answer(result, () => {
          const answer = this.host.query(SUBJECTS[subject]!, this.memory().textAt(pointer, length), event)
          return JSON.stringify(answer) ?? 'null'
        }),
      sleep: (event: number, ms: number) => this.run(() => this.sleep(ms, event)),
      wait: new WebAssembly.Suspending(() => this.sleeping),
      now: () => this.run(() => this.host.now()),
      'random-seed': () => this.run(() => this.host.randomSeed()),
    }
  }

  /** 1: the guest is to call `wait`, which parks it. */
  private sleep(ms: number, event: number): number {
    this.isFallingAsleep = !this.muted
    const sleep = this.host.sleep(ms, event)
    this.isFallingAsleep = false
    if (!sleep) return 0
    if (!this.suspends) throw new Error('a sleep that waits needs deliverSuspending')
    this.sleeping = new Promise((resolve, reject) => {
      this.wake = reject
      sleep.then(resolve, (error: unknown) => {
        this.thrown = { error }
        reject(error)
      })
    })
    return 1
  }

  /** Writes a `result<string, string>` at `at`. */
  private answer(at: number, work: () => string): void {
    this.run(() => {
      let text: string
      let refused = 0
      try {
        text = work()
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        refused = 1
        text = error.message
      }
      this.memory().setU8(at, refused)
      this.memory().lowerText(at + 4, text)
    })
  }

  private order(at: number): OrderRequest {
    const memory = this.memory()
    const order: { -readonly [field in keyof OrderRequest]: OrderRequest[field] } = {
      provider: this.provider.read(memory, at + AT.provider),
      symbol: this.symbol.read(memory, at + AT.symbol),
      side: SIDES[memory.u8(at + AT.side)]!,
      type: ORDER_TYPES[memory.u8(at + AT.type)]!,
      quantity: this.quantity.read(memory, at + AT.quantity),
      timeInForce: TIMES_IN_FORCE[memory.u8(at + AT.timeInForce)]!,
      postOnly: memory.u8(at + AT.postOnly) !== 0,
      reduceOnly: memory.u8(at + AT.reduceOnly) !== 0,
      numbers: memory.u8(at + AT.numbers),
    }
    const price = this.optional(at + AT.price)
    if (price !== undefined) order.price = price
    const stopPrice = this.optional(at + AT.stopPrice)
    if (stopPrice !== undefined) order.stopPrice = stopPrice
    const clientTag = this.optional(at + AT.clientTag)
    if (clientTag !== undefined) order.clientTag = clientTag
    return order
  }

  private optional(at: number): string | undefined {
    return this.memory().u8(at) === 0 ? undefined : this.memory().text(at + 4)
  }

  private run<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.thrown = { error }
      throw error
    }
  }
}
