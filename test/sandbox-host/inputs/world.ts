/** Two instances, their market and their venue, and what a gateway has in its journal at each moment. */
import type { Link, Story } from './link'

/** Keeps a running hash of all that it sees in a closure, and orders by it. */
const HASHING = `
  let hash = 7
  const note = (text) => { for (const c of String(text)) hash = (hash * 31 + c.charCodeAt(0)) | 0 }
  return {
    onTrade(ctx, evt, payload, price) {
      note(price)
      if (hash % 3 === 0) note(runtime.submitMarketOrder('', hash % 2 ? 'buy' : 'sell', '0.' + (1 + Math.abs(hash) % 9)))
      if (hash % 2 === 0) helpers.log(price, hash, runtime.position().quantity, runtime.getOpenOrders?.().length)
      note(Math.random())
    },
    onOrderFilled(ctx, evt, payload) {
      note(payload.clientOrderId)
      note(runtime.position().quantity)
      helpers.state.fills = (helpers.state.fills ?? 0) + 1
    },
  }`

/** As many as a whole story has. */
export const EVENTS = 28
const BODIES = [HASHING, `helpers.log('born'); ${HASHING}`]
export const NUMBERS = BODIES.map((_, at) => at + 1)

/** What a gateway has in its journal at some moment, and what it could go back to. */
export interface Moment {
  /** Events before it. */
  readonly event: number
  readonly batches: number
  readonly stories: ReadonlyMap<number, Story>
  /** Orders that are reported of, by instance. */
  readonly filled: ReadonlyMap<number, number>
}

/** A market and a venue: whatever is ordered is filled before the next event. */
export class World {
  readonly moments: Moment[] = []
  private readonly filled: Map<number, number>

  constructor(
    readonly link: Link,
    private event = 0,
    filled: ReadonlyMap<number, number> = new Map(),
  ) {
    this.filled = new Map(filled)
  }

  async launch(recorded: boolean): Promise<void> {
    for (const [at, body] of BODIES.entries()) await this.link.launch(at + 1, body, { recorded })
    this.note()
  }

  /** @param each called after each event. */
  async until(event: number, each: (moment: Moment) => void = () => undefined): Promise<void> {
    while (this.event < event) {
      const price = 100 + ((this.event++ * 7919) % 13)
      await this.link.trades(price)
      for (let isOver = false; !isOver; ) {
        isOver = true
        for (const number of NUMBERS) {
          const done = this.filled.get(number) ?? 0
          const order = this.link.story(number).orders[done]
          if (!order) continue
          isOver = false
          this.filled.set(number, done + 1)
          await this.link.fills(number, order, 10 * (done + 1))
        }
      }
      this.note()
      each(this.moments.at(-1)!)
    }
  }

  get stories() {
    return NUMBERS.map((number) => this.link.story(number))
  }

  private note(): void {
    const { event, link } = this
    const stories = new Map(Array.from(link.stories, ([number, story]) => [number, story.copy()]))
    this.moments.push({ event, batches: link.batches, stories, filled: new Map(this.filled) })
  }
}
