/** Asks a venue where an order stands, again and again until it says so, each time a little later. */
import { type Backoff, waitMs } from './patience'
import type { TrackedOrder } from './tracked-order'
import type { Answer, OrderStanding } from './venue'

export interface InquiriesDeps {
  readonly ask: (order: TrackedOrder) => Answer<OrderStanding | undefined>
  /** @returns whether nothing is left to be asked. */
  readonly answered: (order: TrackedOrder, standing: OrderStanding | undefined) => boolean
  /** The venue could not be reached, or says nothing of use. */
  readonly unanswered: (order: TrackedOrder, error: unknown) => void
  readonly backoff: Backoff
}

export class Inquiries implements Disposable {
  private readonly open = new Map<TrackedOrder, ReturnType<typeof setTimeout> | undefined>()
  private isOver = false

  constructor(private readonly deps: InquiriesDeps) {}

  /** Does nothing while it is being asked for already. */
  ask(order: TrackedOrder): void {
    if (this.isOver || this.open.has(order)) return
    this.open.set(order, undefined)
    this.attempt(order, 0)
  }

  [Symbol.dispose](): void {
    this.isOver = true
    for (const timer of this.open.values()) clearTimeout(timer)
    this.open.clear()
  }

  private attempt(order: TrackedOrder, tries: number): void {
    let answer: Answer<OrderStanding | undefined>
    try {
      answer = this.deps.ask(order)
    } catch (error) {
      this.later(order, tries, error)
      return
    }
    if (answer instanceof Promise) {
      void answer.then(
        (standing) => this.hear(order, standing, tries),
        (error: unknown) => this.later(order, tries, error),
      )
    } else this.hear(order, answer, tries)
  }

  private hear(order: TrackedOrder, standing: OrderStanding | undefined, tries: number): void {
    if (this.isOver) return
    if (order.isOver || this.deps.answered(order, standing)) this.open.delete(order)
    else this.again(order, tries)
  }

  private later(order: TrackedOrder, tries: number, error: unknown): void {
    if (this.isOver) return
    this.deps.unanswered(order, error)
    this.again(order, tries)
  }

  private again(order: TrackedOrder, tries: number): void {
    const timer = setTimeout(() => this.attempt(order, tries + 1), waitMs(this.deps.backoff, tries))
    this.open.set(order, timer)
  }
}
