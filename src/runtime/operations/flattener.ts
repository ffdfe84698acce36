/**
 * Closes what instances hold, by market orders that may only reduce. Where the market is too thin for all of a position,
 * or has no price for the rest, it goes on once a second until the position is closed; of one that was closed it is done,
 * whatever the strategy orders next.
 */
import { Failure } from '../../errors/failure'
import type { OrderItem } from '../../schema/instance-records'
import type { FlattenBody, Flattening, PositionLeft } from '../../schema/operator-orders'
import type { Account } from '../../trading/accounts/account'
import { type Closable, closable } from '../../trading/closable'
import { type Decimal, smaller, ZERO } from '../../trading/decimal'
import type { InstanceRecord } from '../instances/instance'
import { isGenerated, type OperatorOrders, type OperatorOrdersDeps, unpriced } from './operator-orders'

export interface FlattenerDeps extends OperatorOrdersDeps {
  readonly operatorOrders: OperatorOrders
}

/** A position, and what of it can be closed. */
interface Held {
  readonly provider: string
  readonly symbol: string
  /** Signed; of a spot account what was bought. */
  readonly held: Decimal
  readonly parts: Closable
}

/** An order that closes, as the audit has it. */
type Closing = Pick<OrderItem, 'provider' | 'symbol' | 'side' | 'quantity' | 'clientOrderId'>

interface Unfinished {
  readonly record: InstanceRecord
  readonly provider: string
  readonly symbol: string
  readonly side: Side
  readonly actor: string
}

type Side = 'buy' | 'sell'

const AGAIN_MS = 1000

export class Flattener implements Disposable {
  /** By instance, provider and symbol. */
  private readonly unfinished = new Map<string, Unfinished>()
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly deps: FlattenerDeps) {}

  /**
   * Cancels the orders of an instance and closes its positions. A kill switch does not stop it, nor does it stop the
   * strategy, which may order again.
   * @throws Failure instance_not_found, provider_not_found, market_closed, and those of the store: then nothing was
   * changed, and nothing follows.
   */
  async flatten(id: string, { provider, symbol }: FlattenBody, actor: string): Promise<Flattening> {
    const { instanceIndex, providers, store, operatorOrders } = this.deps
    const record = instanceIndex.record(id)
    store.check()
    if (provider !== undefined) providers.get(provider)
    const at = record.providers.filter((name) => provider === undefined || name === provider)
    const isMeant = (held: string) => symbol === undefined || held === symbol
    // before anything is changed
    const all = at.flatMap((name) => this.heldAt(record, name).filter((held) => isMeant(held.symbol)))
    for (const held of all) this.checkPriced(record, held)
    const cancelled = at.flatMap((name) => this.cancelAt(record, name, isMeant))
    const closings = all.flatMap((held) => this.close(record, held, actor))
    const left = all.flatMap(leftOf)
    this.record(record, actor, { cancelled, orders: closings, left })
    await providers.settled(record.providers)
    store.commit()
    const orders = closings.map(({ clientOrderId }) => operatorOrders.item(record, clientOrderId))
    return { status: orders.length > 0 ? 'flattening' : 'flat', id, cancelled, orders, left }
  }

  /** Closes what is open in the scope of the switches that ask for it, and goes on for as long as they are set. */
  keepClosed(): void {
    let isAsked = false
    for (const { scope, subject, mode, who } of this.deps.book.engaged()) {
      if (mode !== 'close') continue
      isAsked = true
      for (const record of this.deps.instanceIndex.bound({ scope, subject })) {
        const providers = scope === 'provider' ? [subject] : record.providers
        this.closeOpen(record, providers, who)
      }
    }
    if (isAsked) this.timer ??= this.schedule()
  }

  [Symbol.dispose](): void {
    if (this.timer !== undefined) clearTimeout(this.timer)
    this.unfinished.clear()
  }

  private heldAt(record: InstanceRecord, provider: string): Held[] {
    const account = this.deps.operatorOrders.venueOf(record, provider).accountOf(record)
    if (!account) return []
    return account.positions().flatMap(({ symbol }) => {
      const held = heldIn(account, symbol)
      return held.sign === 0
        ? []
        : [{ provider, symbol, held, parts: closable(account.contract(symbol), held.absolute()) }]
    })
  }

  private checkPriced(record: InstanceRecord, { provider, symbol, parts }: Held): void {
    const account = this.deps.operatorOrders.venueOf(record, provider).accountOf(record)
    if (parts.quantities.length > 0 && account?.lastPrice(symbol) === undefined) throw unpriced(provider, symbol)
  }

  private closeOpen(record: InstanceRecord, providers: readonly string[], actor: string): void {
    const { operatorOrders } = this.deps
    const orders: Closing[] = []
    for (const provider of providers) {
      try {
        const account = operatorOrders.venueOf(record, provider).accountOf(record)
        for (const held of account ? this.heldAt(record, provider) : []) {
          const { symbol } = held
          if (!account || isClosing(record, account, symbol) || account.lastPrice(symbol) === undefined) continue
          const isNew = !this.unfinished.has(keyOf(record, provider, symbol))
          const sent = this.close(record, held, actor)
          if (isNew) orders.push(...sent)
        }
      } catch (error) {
        // once its provider runs again
        if (!(error instanceof Failure)) throw error
      }
    }
    if (orders.length === 0) return
    this.record(record, actor, { cancelled: [], orders, left: [] })
  }

  private record({ id, stored, providers }: InstanceRecord, who: string, after: object): void {
    const entry = { who, what: 'instance_flattened', subject: id, strategy: stored.strategy, after } as const
    this.deps.providers.held(providers, () => this.deps.auditLog.record(entry))
  }

  /** @returns the client order ids. */
  private cancelAt(record: InstanceRecord, provider: string, isMeant: (symbol: string) => boolean): string[] {
    const { providers } = this.deps
    const orders = providers.orders(provider)
    const open = orders.accountOf(record)?.openOrders() ?? []
    return open
      .filter(({ symbol }) => isMeant(symbol))
      .map(({ clientOrderId }) => {
        orders.cancel(record, clientOrderId, providers.timeAt(provider), false)
        return clientOrderId
      })
  }

  private close(record: InstanceRecord, { provider, symbol, held, parts }: Held, actor: string): Closing[] {
    const { operatorOrders } = this.deps
    if (parts.quantities.length === 0) return []
    const side = held.sign > 0 ? 'sell' : 'buy'
    return parts.quantities.map((quantity) => {
      const closing = { provider, symbol, side, quantity: quantity.toString() } as const
      const clientOrderId = operatorOrders.send(record, { ...closing, ...MARKET }, actor)
      // what was never begun is not gone on with
      this.unfinished.set(keyOf(record, provider, symbol), { record, provider, symbol, side, actor })
      this.timer ??= this.schedule()
      return { ...closing, side: side === 'buy' ? 'Buy' : 'Sell', clientOrderId }
    })
  }

  private schedule(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.goOn(), AGAIN_MS)
    timer.unref()
    return timer
  }

  private goOn(): void {
    this.timer = undefined
    for (const [key, one] of this.unfinished) {
      try {
        if (this.isDone(one)) this.unfinished.delete(key)
      } catch (error) {
        // its provider may come back
        if (!(error instanceof Failure)) throw error
      }
    }
    this.keepClosed()
    if (this.unfinished.size > 0) this.timer ??= this.schedule()
  }

  /** Sends what is missing. */
  private isDone({ record, provider, symbol, side, actor }: Unfinished): boolean {
    const { instanceIndex, operatorOrders } = this.deps
    // it is gone, or another one has its id
    if (instanceIndex.records.get(record.id) !== record) return true
    const account = operatorOrders.venueOf(record, provider).accountOf(record)
    if (!account || !Object.hasOwn(record.stored.scope, provider)) return true
    const held = this.heldAt(record, provider).find((one) => one.symbol === symbol)
    if (!held || held.parts.quantities.length === 0 || held.held.sign !== (side === 'sell' ? 1 : -1)) return true
    if (isClosing(record, account, symbol) || account.lastPrice(symbol) === undefined) return false
    this.close(record, held, actor)
    return false
  }
}

const MARKET = { type: 'market', timeInForce: 'GTC', postOnly: false, reduceOnly: true } as const

const keyOf = ({ key }: InstanceRecord, provider: string, symbol: string) => `${key} ${provider} ${symbol}`

/** What a spot account was opened with is nobody's position. */
function heldIn(account: Account, symbol: string): Decimal {
  const quantity = account.quantity(symbol)
  if (account.contract(symbol).kind !== 'spot') return quantity
  return quantity.sign > 0 ? smaller(quantity, account.held(symbol)) : ZERO
}

/** An order of ours is on its way. */
const isClosing = (record: InstanceRecord, account: Account, symbol: string): boolean =>
  account.openOrders(symbol).some(({ clientOrderId }) => isGenerated(record, clientOrderId))

function leftOf({ provider, symbol, held, parts: { quantities, left } }: Held): PositionLeft[] {
  if (left.sign === 0) return []
  const reason =
    quantities.length === 0 || left.compare(quantities.at(-1)!) < 0
      ? 'it is less than the smallest market order'
      : 'it is more than so many orders close at once: it follows'
  return [{ provider, symbol, quantity: (held.sign > 0 ? left : left.negated()).toString(), reason }]
}
