/**
 * Orders that an operator places on the account of an instance, whether it runs or not. They go the way of any order, by
 * the journal to the venue, and are told to the strategy as its own are; the journal has who placed them.
 */
import { Failure } from '../../errors/failure'
import type { OrderManager } from '../../execution/order-manager'
import type { KeyedMutex } from '../../flow/keyed-mutex'
import type { OrderItem } from '../../schema/instance-records'
import type { OrderBody, OrderPlaced } from '../../schema/operator-orders'
import type { Order } from '../../schema/orders'
import { plainText } from '../../schema/plain-text'
import type { Store } from '../../store/store'
import { orderProblem } from '../../trading/order-checks'
import type { AuditLog } from '../audit-log'
import type { InstanceRecord } from '../instances/instance'
import type { InstanceIndex } from '../instances/instance-index'
import type { Providers } from '../providers/providers'
import type { RiskBook } from '../risk/risk-book'

export interface OperatorOrdersDeps {
  readonly instanceIndex: InstanceIndex
  readonly providers: Providers
  readonly book: RiskBook
  readonly store: Store
  readonly auditLog: AuditLog
  readonly mutex: KeyedMutex
  readonly now: () => number
}

/** An order but for what makes it an operator's. */
export type Terms = Omit<Order, 'clientOrderId' | 'placedBy'>

export class OperatorOrders {
  constructor(private readonly deps: OperatorOrdersDeps) {}

  /**
   * By the checks that an order of the strategy has to pass. Under a `clientId` that is known it places nothing, and
   * answers what has become of the order.
   * @throws Failure instance_not_found, order_refused, market_closed, order_id_taken.
   */
  async place(id: string, { clientId, ...body }: OrderBody, actor: string): Promise<OrderPlaced> {
    const record = this.deps.instanceIndex.record(id)
    const terms = termsOf(record, body)
    const clientOrderId = clientId === undefined ? this.nextId(record) : `${leadOf(record)}-${clientId}`
    return await this.deps.mutex.run(`order ${clientOrderId}`, async () => {
      const { store, providers } = this.deps
      const known = clientId === undefined ? undefined : store.journal.order(record.key, clientOrderId)
      if (known && !isSame(known.order, terms)) {
        throw new Failure('order_id_taken', `another order was placed as "${clientId}"`, { clientOrderId })
      }
      if (!known) this.placeNew(record, { ...terms, clientOrderId, placedBy: actor }, terms)
      await providers.settled(record.providers)
      store.commit()
      return { status: known ? 'known' : 'placed', order: this.item(record, clientOrderId) }
    })
  }

  private placeNew(record: InstanceRecord, order: Order, terms: Terms): void {
    const { auditLog, providers } = this.deps
    const { clientOrderId, placedBy: who = '' } = order
    const problem = this.problemOf(record, order)
    if (problem !== undefined) throw new Failure('order_refused', problem)
    this.send(record, terms, who, clientOrderId)
    const entry = { what: 'order_placed', subject: record.id, strategy: record.stored.strategy } as const
    providers.held(record.providers, () => auditLog.record({ who, ...entry, after: { ...terms, clientOrderId } }))
  }

  /** Sends an order that has passed its checks, or needs none. @returns its id. */
  send(record: InstanceRecord, terms: Terms, actor: string, clientOrderId = this.nextId(record)): string {
    const { providers, store } = this.deps
    // what cannot be journalled is not sent
    if (store.problem !== undefined) store.commit()
    const { provider } = terms
    const order: Order = { ...terms, clientOrderId, placedBy: actor }
    providers.orders(provider).submit(record, order, providers.timeAt(provider), false)
    return clientOrderId
  }

  item(record: InstanceRecord, clientOrderId: string): OrderItem {
    const item = this.deps.store.journal.item(record.key, clientOrderId)
    if (!item) throw new Error(`the journal has no order ${clientOrderId}`)
    return item
  }

  /** Where the account of an instance is. @throws Failure market_closed while nothing can be traded there. */
  venueOf(record: InstanceRecord, provider: string): OrderManager {
    const { providers } = this.deps
    const { status, reason } = providers.get(provider).standing
    if (status !== 'running') {
      const told = reason === undefined ? '' : `: ${reason}`
      throw new Failure('market_closed', `the provider "${provider}" does not run, it is ${status}${told}`)
    }
    const symbols = record.stored.scope[provider]?.symbols ?? []
    const orders = providers.orders(provider)
    if (!orders.knows(record)) orders.openAccounts(record, symbols, this.deps.now())
    // nobody has asked for prices of one that has not run since the start; a recording would begin with it
    if (record.state !== 'running' && !providers.isRecorded(provider)) providers.subscribe(provider, symbols)
    return orders
  }

  private problemOf(record: InstanceRecord, order: Order): string | undefined {
    const { instanceIndex, providers, book } = this.deps
    const { provider, symbol, type, reduceOnly } = order
    const orders = this.venueOf(record, provider)
    const { exposure, contract, lastPrice } = orders.marketOf(record, symbol)
    if (type === 'market' && lastPrice === undefined) throw unpriced(provider, symbol)
    if (!reduceOnly && instanceIndex.view(record).strategy.config.dry_run !== false) {
      return 'the instance makes a dry run: nothing of it is sent, but for orders that only reduce a position'
    }
    return (
      orderProblem(order, contract, lastPrice?.toString()) ??
      orders.accountOf(record)?.refusal(order) ??
      (reduceOnly
        ? undefined
        : book.problemOf(record, order, { exposure, contract, lastPrice }, providers.timeAt(provider)))
    )
  }

  /** No start of an instance has it, nor any `clientId`. */
  private nextId(record: InstanceRecord): string {
    const { store, now } = this.deps
    return `${leadOf(record)}--${store.starts.next(now()).toString(36)}`
  }
}

/** It is of an order that was given no `clientId`. */
export const isGenerated = (record: InstanceRecord, clientOrderId: string): boolean =>
  clientOrderId.startsWith(`${leadOf(record)}--`)

/** What leads the ids of these orders; those of a strategy begin with a letter or a digit. */
const leadOf = ({ key }: InstanceRecord): string => `_${key}`

export const unpriced = (provider: string, symbol: string): Failure =>
  new Failure('market_closed', `there is no price of ${symbol} at the provider "${provider}" yet`)

/** @throws Failure order_refused for what is not in the scope of the instance. */
function termsOf({ providers, stored: { scope } }: InstanceRecord, body: Omit<OrderBody, 'clientId'>): Terms {
  const { provider = providers[0] ?? '', symbol, clientTag, ...rest } = body
  if (!Object.hasOwn(scope, provider)) {
    throw new Failure('order_refused', `provider "${provider}" is not in scope, only ${providers.join(', ')}`)
  }
  const { symbols } = scope[provider]!
  const chosen = symbol ?? symbols[0] ?? ''
  if (!symbols.includes(chosen)) {
    throw new Failure('order_refused', `symbol "${chosen}" is not in scope, only ${symbols.join(', ')}`)
  }
  return {
    timeInForce: 'GTC',
    postOnly: false,
    reduceOnly: false,
    ...rest,
    provider,
    symbol: chosen,
    ...(clientTag !== undefined && { clientTag: plainText(clientTag) }),
  }
}

const COMPARED = [
  'provider',
  'symbol',
  'side',
  'type',
  'quantity',
  'price',
  'stopPrice',
  'timeInForce',
  'postOnly',
  'reduceOnly',
  'clientTag',
] as const satisfies readonly (keyof Terms)[]

const isSame = (known: Order, terms: Terms): boolean => COMPARED.every((field) => known[field] === terms[field])
