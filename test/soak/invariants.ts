/** What holds of a gateway whatever has happened to it. */
import { existsSync, readdirSync } from 'node:fs'
import type { ExecutionItem, OrderItem } from '../../src/schema/instance-records'
import type { Instance } from '../../src/schema/instances'
import type { UsageEntry } from '../../src/schema/usage'
import { Decimal } from '../../src/trading/decimal'
import { answer, pages } from '../durable/story'
import type { TestGateway } from '../gateway'
import { until } from '../until'
import type { Promises } from './promises'
import { CASH, idOf } from './traders'
import type { Trouble } from './trouble'

const PATIENCE_MS = 60_000
const OPEN = ['PENDING', 'ACK', 'PARTIAL', 'UNKNOWN']

/** Each fill was told once: the market stands still. */
export async function checkTold(gateway: TestGateway, instances: number, promises: Promises): Promise<void> {
  let fills = 0
  for (let index = 0; index < instances; index++) {
    const path = `/strategy/instances/${idOf(index)}`
    const { total } = await answer(gateway, `${path}/executions?limit=1`)
    fills += total
    let told = 0
    await until(async () => {
      const { items } = await answer(gateway, `${path}/logs?limit=100`)
      const messages: string[] = items.map(({ message }: { message: string }) => message)
      told = Number(messages.find((message) => message.startsWith('told '))?.slice('told '.length) ?? 0)
      return told === total
    }, 5000).catch(() => undefined)
    promises.check(told === total, `${idOf(index)} was told of ${told} of ${total} fills`)
  }
  promises.say(`${fills} fills were told`)
}

/** Nothing is held and nothing is open. */
export async function closeAll({ gateway, stop }: Trouble, instances: number): Promise<void> {
  for (let index = 0; index < instances; index++) {
    await stop(idOf(index))
    const { status, text } = await gateway.post(`/strategy/instances/${idOf(index)}/flatten`)
    if (status !== 202) throw new Error(`${idOf(index)} was not flattened: ${status} ${text}`)
  }
  for (let index = 0; index < instances; index++) {
    const path = `/strategy/instances/${idOf(index)}`
    const isFlat = ({ quantity }: { quantity: string }) => quantity === '0'
    await until(async () => (await answer(gateway, `${path}/positions`)).items.every(isFlat), PATIENCE_MS)
  }
}

/** Balances are what the executions make of the opening cash, ids are unique, no order is left open. */
export async function checkAccounts(gateway: TestGateway, instances: number, promises: Promises): Promise<void> {
  const ids = { clientOrderId: [] as string[], exchangeOrderId: [] as string[], executionId: [] as string[] }
  for (let index = 0; index < instances; index++) {
    const path = `/strategy/instances/${idOf(index)}`
    const orders = await pages<OrderItem>(gateway, `${path}/orders`)
    const executions = await pages<ExecutionItem>(gateway, `${path}/executions`)
    const open = orders.filter(({ state }) => OPEN.includes(state)).map(({ clientOrderId }) => clientOrderId)
    promises.check(open.length === 0, `${idOf(index)} has orders without an end: ${open.join()}`)
    let cash = Decimal.parse(CASH)
    for (const { side, price, quantity, fee } of executions) {
      const notional = Decimal.parse(price).times(Decimal.parse(quantity))
      cash = (side === 'Buy' ? cash.minus(notional) : cash.plus(notional)).minus(Decimal.parse(fee))
    }
    const { items } = await answer(gateway, `${path}/balances`)
    const totals = items.map(({ currency, total }: Record<string, string>) => `${total} ${currency}`).join()
    promises.check(
      totals === `${cash.toString()} USDT`,
      `${idOf(index)} has ${totals}, and by its fills ${cash.toString()} USDT`,
    )
    ids.clientOrderId.push(...orders.map(({ clientOrderId }) => clientOrderId))
    ids.exchangeOrderId.push(...orders.flatMap(({ exchangeOrderId }) => exchangeOrderId ?? []))
    ids.executionId.push(...executions.map(({ executionId }) => executionId))
    const own = new Set(orders.map(({ clientOrderId }) => clientOrderId))
    const strays = executions.filter(({ clientOrderId }) => !own.has(clientOrderId))
    promises.check(strays.length === 0, `${idOf(index)} has fills of no order: ${JSON.stringify(strays)}`)
  }
  for (const [kind, all] of Object.entries(ids)) {
    promises.check(new Set(all).size === all.length, `of ${all.length} of the kind ${kind} some are the same`)
    promises.say(`${all.length} × ${kind}`)
  }
}

/** The index of uses is what the instances say, and each runs what its tag names. */
export async function checkUsage(gateway: TestGateway, promises: Promises): Promise<void> {
  const { instances }: { instances: Instance[] } = await answer(gateway, '/strategy/instances')
  const { usage }: { usage: UsageEntry[] } = await answer(gateway, '/strategies/registry')
  for (const [selector, followers] of Map.groupBy(instances, ({ strategy }) => strategy.selector)) {
    const { hash } = await answer(gateway, `/strategies/modules/${selector}`)
    const others = followers.filter(({ strategy }) => strategy.hash !== hash).map(({ id }) => id)
    promises.check(others.length === 0, `${selector} is ${hash}, and others run: ${others.join()}`)
  }
  const running = Map.groupBy(
    instances.filter((instance) => instance.running),
    ({ strategy }) => strategy.hash,
  )
  for (const { hash, instances: used, count } of usage) {
    const real = (running.get(hash) ?? []).map(({ id }) => id).sort()
    running.delete(hash)
    promises.say(`${real.length} run ${hash}`)
    const isTrue = used.toSorted().join() === real.join() && count === real.length
    promises.check(isTrue, `the index of uses has ${count} instances of ${hash}, and ${real.length} run it`)
  }
  promises.check(running.size === 0, `revisions run and are in no index of uses: ${[...running.keys()].join()}`)
}

/** Whatever was said to be done is in the audit, and nothing else. */
export async function checkAudit({ gateway, done, lost }: Trouble, promises: Promises): Promise<void> {
  for (const what of new Set([...done.keys(), ...lost.keys()])) {
    const { total } = await answer(gateway, `/audit?what=${what}&who=127.0.0.1&limit=1`)
    const [least, perhaps] = [done.get(what) ?? 0, lost.get(what) ?? 0]
    promises.say(`${least} × ${what}, ${perhaps} perhaps; ${total} in the audit`)
    const isWhole = least <= total && total <= least + perhaps
    promises.check(isWhole, `the audit has ${total} × ${what}, and ${least} were done, ${perhaps} perhaps`)
  }
}

/** Once the gateway has stopped: nobody and nothing is left of it. */
export function checkLeft({ gateway: { folder }, pids }: Trouble, promises: Promises): void {
  const left = [...pids].filter((pid) => existsSync(`/proc/${pid}`))
  promises.check(left.length === 0, `processes are left: ${left.join()}`)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const strays = files.filter((file) => /meltica-(tmp|pending)|-wal$|-journal$|fill$/.test(file))
  promises.check(strays.length === 0, `files are left: ${strays.join()}`)
}
