/**
 * The proof that a venue may be anywhere: over a wire that loses, repeats, delays and reorders, and with gateways that are
 * killed in the middle of it, the same orders, executions and balances are there in the end as over the perfect one.
 */
import { expect, test } from 'bun:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Order } from '../../src/schema/orders'
import type { Account } from '../../src/trading/accounts/account'
import { rebuiltAccount } from '../../src/trading/accounts/rebuilt'
import { instrument, LINEAR, limit, order, SYMBOL, stop, trade } from '../trading/venue'
import { until } from '../until'
import { openPaper } from './paper'
import { type Naming, RemoteExchange } from './remote-exchange'
import { OWNER, openStage, type Stage } from './stage'
import { type Faults, Wire } from './wire'

type Step =
  | { readonly does: 'order'; readonly terms: Terms; readonly killedAfter?: number }
  | { readonly does: 'cancel'; readonly which: number; readonly killedAfter?: number }
  | { readonly does: 'trade'; readonly price: number; readonly quantity: number }

interface Terms {
  readonly kind: 'market' | 'limit' | 'stop'
  readonly side: Order['side']
  readonly price: number
  readonly quantity: number
  readonly timeInForce: Order['timeInForce']
}

const killedAfter = fc.option(fc.nat(5), { freq: 3, nil: undefined })
const killed = (turns: number | undefined) => (turns === undefined ? {} : { killedAfter: turns })
const price = fc.integer({ min: 95, max: 105 })
const terms: fc.Arbitrary<Terms> = fc.record({
  kind: fc.constantFrom('market', 'limit', 'limit', 'limit', 'stop'),
  side: fc.constantFrom('buy', 'sell'),
  price,
  quantity: fc.integer({ min: 1, max: 12 }),
  timeInForce: fc.constantFrom('GTC', 'GTC', 'GTC', 'IOC'),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(terms, killedAfter).map(([given, turns]): Step => ({ does: 'order', terms: given, ...killed(turns) })),
  fc.tuple(fc.nat(5), killedAfter).map(([which, turns]): Step => ({ does: 'cancel', which, ...killed(turns) })),
  fc.record({ does: fc.constant('trade' as const), price, quantity: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ does: fc.constant('trade' as const), price, quantity: fc.integer({ min: 1, max: 8 }) }),
)

const faults: fc.Arbitrary<Faults> = fc.record({
  unsent: fc.constantFrom(0, 0.2),
  unanswered: fc.constantFrom(0, 0.3),
  lost: fc.constantFrom(0, 0.3),
  twice: fc.constantFrom(0, 0.4),
  late: fc.constantFrom(0, 0.6),
})

function orderOf({ kind, side, price: at, quantity, timeInForce }: Terms, clientTag: string, id: string): Order {
  const parts = { clientTag, quantity: String(quantity), timeInForce, side, provider: 'paper' }
  if (kind === 'market') return order({ clientOrderId: id, ...parts })
  return kind === 'limit' ? limit(id, side, String(at), parts) : stop(id, side, String(at), parts)
}

const LAST = '100'

const tradeOf = (index: number, { price: at, quantity }: { price: number; quantity: number }) =>
  trade((index + 1) * 1000, String(at), String(quantity))

/** What is there in the end, by the strategy's name of each order; attempts that never arrived apart. */
function outcome(stage: Stage) {
  const executions = stage.executions().reverse()
  const arrived = stage.orders().filter(({ rejectReason = '' }) => !GIVEN_UP.has(rejectReason))
  const orders = arrived.map((item) => {
    const { clientOrderId, exchangeOrderId: _, placedAt: __, clientTag, ...rest } = item
    const fills = executions
      .filter((execution) => execution.clientOrderId === clientOrderId)
      .map(({ executionId: ___, clientOrderId: ____, ...fill }) => fill)
    return { clientTag, ...rest, fills }
  })
  orders.sort((a, b) => Number(a.clientTag) - Number(b.clientTag))
  return { orders, equity: accountOf(stage).equity(), position: accountOf(stage).held(SYMBOL).toString() }
}

/**
 * As the journal tells of it. What of a profit is realised goes by the order in which fills become known, as does what
 * is available by when an order without a price is valued; what all of it is worth does not.
 */
function accountOf({ store }: Stage): Account {
  const account = rebuiltAccount(LINEAR, instrument, store.journal.history(OWNER.key, 'paper', 'linear'))
  account.mark(SYMBOL, LAST)
  return account
}

const totals = (balances: readonly { readonly currency: string; readonly total: string }[]) =>
  balances.map(({ currency, total }) => [currency, total])

const GIVEN_UP = new Set(['it never arrived at the venue', 'the venue cannot be reached'])

function playPerfectly(steps: readonly Step[]): ReturnType<typeof outcome> {
  const { stage, venue } = openPaper()
  using _ = stage
  let timeMs = 0
  const ids: string[] = []
  for (const [index, next] of steps.entries()) {
    if (next.does === 'trade') {
      const event = tradeOf(index, next)
      timeMs = event.timeMs
      venue.observe([event])
    } else if (next.does === 'order') {
      const id = `${ids.push(String(ids.length)) - 1}-0`
      stage.manager.submit(OWNER, orderOf(next.terms, id.split('-')[0]!, id), timeMs, false)
    } else if (next.which < ids.length) stage.manager.cancel(OWNER, `${next.which}-0`, timeMs, false)
  }
  return outcome(stage)
}

/** A gateway that is killed and started again, over a wire. */
class Flaky implements Disposable {
  readonly remote: RemoteExchange
  private wire!: Wire
  private stage!: Stage
  private timeMs = 0
  /** How often each order was attempted so far: one that never arrived is sent again under another id. */
  private readonly attempts: number[] = []
  kills = 0

  constructor(
    naming: Naming,
    private readonly faults: Faults,
    private readonly random: () => number,
  ) {
    this.remote = new RemoteExchange(naming)
    this.start()
  }

  async step(index: number, next: Step): Promise<void> {
    if (next.does === 'trade') {
      const event = tradeOf(index, next)
      this.timeMs = event.timeMs
      this.remote.observe(event)
    } else if (next.does === 'order') await this.order(next.terms, next.killedAfter)
    else if (next.which < this.attempts.length) await this.cancel(next.which, next.killedAfter)
  }

  outcome() {
    return outcome(this.stage)
  }

  /** At the venue. */
  get worth(): string {
    const account = this.remote.exchange.account('1')
    account.mark(SYMBOL, LAST)
    return account.equity()
  }

  checkBalances(): void {
    expect(totals(this.stage.manager.balances(OWNER))).toEqual(totals(accountOf(this.stage).balances()))
  }

  /** It is waited for what comes, and if it never does, for the difference. */
  async settle(expected: ReturnType<typeof outcome>): Promise<void> {
    await until(() => isDeepStrictEqual(this.outcome(), expected), 5000).catch(() => undefined)
  }

  [Symbol.dispose](): void {
    this.wire.cut()
    this.stage[Symbol.dispose]()
  }

  private async order(given: Terms, turns: number | undefined): Promise<void> {
    const tag = this.attempts.push(0) - 1
    for (let killIn = turns; ; killIn = undefined) {
      const id = `${tag}-${this.attempts[tag]}`
      this.stage.manager.submit(OWNER, orderOf(given, String(tag), id), this.timeMs, false)
      if (killIn !== undefined) await this.kill(killIn)
      const isGivenUp = () => {
        const row = this.stage.orders().find(({ clientOrderId }) => clientOrderId === id)
        return row ? GIVEN_UP.has(row.rejectReason ?? '') : true
      }
      await until(() => this.remote.has(id) || isGivenUp())
      if (this.remote.has(id)) {
        // what is at the venue is in the journal, whoever was killed
        expect(this.stage.orders().map(({ clientOrderId }) => clientOrderId)).toContain(id)
        return
      }
      this.attempts[tag]!++
    }
  }

  private async cancel(tag: number, turns: number | undefined): Promise<void> {
    const id = `${tag}-${this.attempts[tag]}`
    const isOpen = () => this.remote.exchange.openAt('1').some(({ clientOrderId }) => clientOrderId === id)
    this.stage.manager.cancel(OWNER, id, this.timeMs, false)
    if (turns !== undefined) {
      await this.kill(turns)
      // what was asked of a gateway that died is asked again
      this.stage.manager.cancel(OWNER, id, this.timeMs, false)
    }
    await until(() => !isOpen())
  }

  private async kill(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    this.kills++
    const directory = this.stage.copy()
    this[Symbol.dispose]()
    this.start(directory)
  }

  private start(directory?: string): void {
    this.wire = new Wire(this.remote, this.faults, this.random)
    this.stage = openStage(() => this.wire, { ...(directory !== undefined && { directory }) })
  }
}

/** The same every time: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test.each<Naming>(['reports', 'executions', 'nothing'])(
  'a wire with faults and gateways that are killed change nothing where the venue names its %s',
  async (naming) => {
    let kills = 0
    const program = fc.array(step, { minLength: 4, maxLength: 14 })
    await fc.assert(
      fc.asyncProperty(program, faults, fc.integer(), async (steps, given, seed) => {
        const expected = playPerfectly(steps)
        using flaky = new Flaky(naming, given, generator(seed))
        for (const [index, next] of steps.entries()) await flaky.step(index, next)
        await flaky.settle(expected)
        expect(flaky.outcome()).toEqual(expected)
        expect(flaky.worth).toEqual(expected.equity)
        flaky.checkBalances()
        kills += flaky.kills
      }),
      { numRuns: 15, endOnFailure: true },
    )
    expect(kills).toBeGreaterThan(0)
  },
)
