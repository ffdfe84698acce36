/** Stands between a strategy and its session, and notes what is asked and answered, by the handler that asks. */
import { Failure } from '../../errors/failure'
import { RecordCursor } from '../../sandbox/cursor'
import { decoded, type SeenEvent } from '../../sandbox/decoded'
import type { StrategyHost } from '../../sandbox/host'
import type { HandlerName } from '../../sandbox/layout'
import type { WordTable } from '../../sandbox/words'
import type { OrderRequest } from '../../schema/orders'
import { Given } from './given'
import type { HandlerCall, HostCall, Moment, StoryTeller } from './story'

export class HandlerWatch implements Moment {
  private readonly given: Given
  /** What is being delivered; undefined while it is created. */
  private portion: Uint8Array | undefined
  private record = -1
  private call: HandlerCall | undefined

  constructor(
    private readonly words: WordTable,
    private readonly teller: Pick<StoryTeller, 'called' | 'slept'>,
    handlers: () => readonly HandlerName[],
  ) {
    this.given = new Given(words, handlers)
  }

  /** How many events it was given, and how many of them it has a handler for; once nothing more is given. */
  end(): { readonly events: number; readonly handled: number } {
    this.given.end()
    const { events, handled } = this.given
    return { events, handled }
  }

  recent(most: number): SeenEvent[] {
    return this.given.upTo(this.record, most)
  }

  priceOf(provider: string, symbol: string): string | undefined {
    return this.given.priceOf(provider, symbol, this.record)
  }

  /** From now on records are counted in these. */
  delivering(portion: Uint8Array): void {
    this.portion = portion
    this.record = -1
    this.call = undefined
    this.given.delivering(portion)
  }

  /** A strategy comes to life. */
  creating(): void {
    this.portion = undefined
    this.call = undefined
  }

  over(host: StrategyHost): StrategyHost {
    this.creating()
    const note = <T>(record: number, name: string, args: readonly unknown[], ask: () => T): T =>
      this.note(record, name, args, ask)
    return {
      wantsLog: (bytes, record) => host.wantsLog(bytes, record),
      log: (message, record) => note(record, 'helpers.log', [message], () => host.log(message, record)),
      submitOrder: (order, record) =>
        note(record, 'runtime.submitOrder', [asAsked(order)], () => host.submitOrder(order, record)),
      cancelOrder: (id, record) => note(record, 'runtime.cancelOrder', [id], () => host.cancelOrder(id, record)),
      cancelAll: (symbol, record) => note(record, 'runtime.cancelAll', [symbol], () => host.cancelAll(symbol, record)),
      query: (what, argument, record) =>
        note(record, `runtime.${what}`, argument === '' ? [] : [argument], () => host.query(what, argument, record)),
      sleep: (ms, record) => {
        this.teller.slept?.(ms)
        return note(record, 'helpers.sleep', [ms], () => host.sleep(ms, record))
      },
      now: () => host.now(),
      randomSeed: () => host.randomSeed(),
    }
  }

  private note<T>(record: number, name: string, args: readonly unknown[], ask: () => T): T {
    const { calls } = this.callOf(record)
    const add = (call: Pick<HostCall, 'answer' | 'refused'>) => calls.push({ name, arguments: args, ...call })
    try {
      const answer = ask()
      add(answer === undefined || answer instanceof Promise ? {} : { answer })
      return answer
    } catch (error) {
      if (error instanceof Failure) add({ refused: error.message })
      throw error
    }
  }

  private callOf(record: number): HandlerCall {
    if (this.call && (this.record === record || !this.portion)) return this.call
    this.record = record
    const call = this.portion ? this.handling(this.portion, record) : CREATION()
    this.call = call
    this.teller.called?.(call)
    return call
  }

  private handling(portion: Uint8Array, record: number): HandlerCall {
    const cursor = new RecordCursor(portion)
    for (let at = 0; at <= record; at++) cursor.next()
    const { handler = 'a handler', timeMs, start, end } = cursor
    return { handler, event: decoded(portion.subarray(start, end), this.words), timeMs, calls: [] }
  }
}

const CREATION = (): HandlerCall => ({ handler: 'create', event: undefined, timeMs: 0, calls: [] })

/** Without what it leaves to the defaults. */
function asAsked({ provider, symbol, numbers: _, postOnly, reduceOnly, ...order }: OrderRequest) {
  return {
    ...(provider !== '' && { provider }),
    ...(symbol !== '' && { symbol }),
    ...order,
    ...(postOnly && { postOnly }),
    ...(reduceOnly && { reduceOnly }),
  }
}
