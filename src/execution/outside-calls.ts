/** Calls to a venue outside of this process: nothing leaves before the journal is durable, and an answer may never come. */
import type { Log } from '../telemetry/log'
import { type Patience, waitMs } from './patience'
import type { TrackedOrder } from './tracked-order'
import type { AccountOpening, Answer, Moment, OrderStanding, OutsideVenue, Submission } from './venue'

export interface OutsideCallsDeps {
  readonly venue: OutsideVenue
  readonly patience: Patience
  readonly now: () => number
  readonly durable: () => Promise<boolean>
  readonly ordersOf: (owner: string) => TrackedOrder[]
  /** Why an order may not be sent after all. */
  readonly refusal: (submission: Submission) => string | undefined
  /** It is about to leave. */
  readonly leaving: (order: TrackedOrder) => void
  /** It has not left. */
  readonly unsent: (order: TrackedOrder, reason: string) => void
  /** It has left, and no answer came. */
  readonly unanswered: (order: TrackedOrder, error: unknown) => void
  /** The account is open, or the venue may have said something that nobody has heard. */
  readonly check: (order: TrackedOrder) => void
  /** An order that was given up, as if it had never arrived. */
  readonly givenUp: (owner: string, clientOrderId: string) => TrackedOrder | undefined
  readonly log: Log
}

export class OutsideCalls implements Disposable {
  private readonly opened = new Map<string, Promise<void>>()
  private readonly timers = new Set<ReturnType<typeof setTimeout>>()
  private isOver = false

  constructor(private readonly deps: OutsideCallsDeps) {
    this.lookLater()
  }

  /** Tries until it is open; then every order of the owner is checked. */
  open(opening: AccountOpening): void {
    const { venue, check, ordersOf } = this.deps
    const { owner } = opening
    const asked = this.insist(() => venue.openAccount(opening))
    this.opened.set(owner, asked)
    // whether or not it can be opened: what cannot be answered is said to be unknown
    for (const order of ordersOf(owner)) if (!order.sending) check(order)
  }

  /** Resolves when the end of each of its orders is known, and its account is closed. */
  async close(owner: string, timeMs: number): Promise<void> {
    const { venue, ordersOf, check, patience } = this.deps
    await Promise.all(ordersOf(owner).map((order) => this.withdraw(order, { timeMs, waits: false })))
    await this.insist(() => venue.closeAccount(owner, timeMs))
    for (let tries = 0; !this.isOver; tries++) {
      const left = ordersOf(owner)
      if (left.length === 0) break
      for (const order of left) check(order)
      await this.pause(waitMs(patience.backoff, tries))
    }
    this.opened.delete(owner)
  }

  send(order: TrackedOrder, submission: Submission): void {
    order.sending = this.deliver(order, submission).finally(() => {
      order.sending = undefined
    })
  }

  cancel(order: TrackedOrder, moment: Moment): void {
    void this.withdraw(order, moment)
  }

  /** @throws Error when it cannot be reached. */
  order({ owner, order }: TrackedOrder): Promise<OrderStanding | undefined> {
    return this.within(this.deps.venue.order(owner, order.clientOrderId))
  }

  /** Reports may be lost. */
  look(): void {
    for (const owner of this.opened.keys()) void this.lookAt(owner)
  }

  [Symbol.dispose](): void {
    this.isOver = true
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }

  private async deliver(order: TrackedOrder, submission: Submission): Promise<void> {
    const { venue, leaving, unanswered, unsent, now } = this.deps
    const hindrance = await this.hindrance(order)
    if (this.isOver) return
    // in the turn in which it leaves: of two orders the second is judged with the first
    const reason = hindrance ?? this.deps.refusal(submission)
    if (reason !== undefined) {
      unsent(order, reason)
      return
    }
    order.sentMs = now()
    leaving(order)
    try {
      await this.within(venue.submit(submission))
    } catch (error) {
      if (!this.isOver) unanswered(order, error)
    }
  }

  /** Why it cannot leave. */
  private async hindrance({ owner }: TrackedOrder): Promise<string | undefined> {
    if (!(await this.deps.durable())) return 'it cannot be journalled'
    try {
      await this.within(this.opened.get(owner))
    } catch {
      return 'the venue cannot be reached'
    }
    return undefined
  }

  private async withdraw(order: TrackedOrder, moment: Moment): Promise<void> {
    order.isUnwanted = true
    await order.sending
    if (!order.isOver) await this.insist(() => this.call(order, moment), order)
  }

  private call({ owner, order }: TrackedOrder, moment: Moment): Answer<void> {
    return this.deps.venue.cancel(owner, order.clientOrderId, moment)
  }

  /** Until it is answered. @param order what it is about: it may be in vain meanwhile. */
  private async insist(call: () => Answer<void>, order?: TrackedOrder): Promise<void> {
    for (let tries = 0; !this.isOver && !order?.isOver; tries++) {
      try {
        await this.within(call())
        return
      } catch {
        await this.pause(waitMs(this.deps.patience.backoff, tries))
      }
    }
  }

  private async lookAt(owner: string): Promise<void> {
    const { venue, ordersOf, check } = this.deps
    let standings: readonly OrderStanding[]
    try {
      standings = await this.within(venue.openOrders(owner))
    } catch {
      return
    }
    if (this.isOver) return
    const open = new Map(standings.map((standing) => [standing.payload.clientOrderId, standing]))
    for (const order of ordersOf(owner)) {
      const { clientOrderId } = order.order
      const there = open.get(clientOrderId)
      open.delete(clientOrderId)
      if (order.sending) continue
      if (!there || !order.isAt(there.payload)) check(order)
      else if (order.isUnwanted) this.cancel(order, { timeMs: this.deps.now(), waits: false })
    }
    for (const clientOrderId of open.keys()) this.cancelStray(owner, clientOrderId)
  }

  /** Open there and over here: nobody counts on it. */
  private cancelStray(owner: string, clientOrderId: string): void {
    const { givenUp, log, now } = this.deps
    const order = givenUp(owner, clientOrderId)
    if (!order) return
    log('error', 'an order that was given up is open at its venue, and is cancelled', { order: clientOrderId })
    void this.insist(() => this.call(order, { timeMs: now(), waits: false }))
  }

  private lookLater(): void {
    this.timer(this.deps.patience.lookEveryMs, () => {
      this.look()
      this.lookLater()
    })
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.timer(ms, resolve))
  }

  private timer(ms: number, done: () => void): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      done()
    }, ms)
    this.timers.add(timer)
    return timer
  }

  /** @throws Error when it takes too long. */
  private async within<T>(answer: Answer<T>): Promise<T> {
    if (!(answer instanceof Promise)) return answer
    const { answerMs } = this.deps.patience
    const late = Promise.withResolvers<never>()
    const timer = this.timer(answerMs, () => late.reject(new Error(`no answer within ${answerMs} ms`)))
    try {
      return await Promise.race([answer, late.promise])
    } finally {
      clearTimeout(timer)
      this.timers.delete(timer)
    }
  }
}
