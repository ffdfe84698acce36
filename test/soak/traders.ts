/** Who works in the soak: instances that order now and then and count what they are told of it, over every restart. */
import type { TestGateway } from '../gateway'

const SYMBOLS = Array.from({ length: 20 }, (_, index) => `S${index}-USDT`)
/** Events for each symbol at a step of the simulator: a trade, or a few, a ticker and a book. */
const EVENTS_PER_STEP = 4
/** Events between two orders of an instance: some 200 of them make an order each second or so together with 50 events/s. */
const ORDER_EVERY = 53

export const SOURCE = `module.exports = {
  metadata: { name: 'soak', tag: 'v1', displayName: 'Soak', description: '', config: [], events: ['Trade', 'Ticker', 'BookSnapshot', 'ExecReport'] },
  create({ helpers, runtime }) {
    let events = 0
    const seen = () => {
      if (++events % ${ORDER_EVERY} !== 0 || !runtime.isTradingActive()) return
      try {
        runtime.submitMarketOrder('', runtime.position().quantity > 0 ? 'sell' : 'buy', '0.01')
      } catch (error) {
        helpers.log('refused:', error.message)
      }
    }
    return {
      onTrade: seen, onTicker: seen, onBookSnapshot: seen,
      onOrderFilled() {
        helpers.state.told = (helpers.state.told ?? 0) + 1
        helpers.log('told', helpers.state.told)
      },
    }
  },
}
`

export const idOf = (index: number) => `soak-${index}`

export function configOf(instances: number, rate: number): string {
  const intervalMs = Math.max(1, Math.round((1000 * EVENTS_PER_STEP) / rate))
  const lambdas = Array.from({ length: instances }, (_, index) => ({
    id: idOf(index),
    strategy: { identifier: 'soak', config: { dry_run: false } },
    scope: { sim: { symbols: [SYMBOLS[index % SYMBOLS.length]] } },
    autostart: true,
  }))
  const paper = { cash: { USDT: '100000000' } }
  const providers = [{ name: 'sim', adapter: { identifier: 'sim', config: { seed: 42, intervalMs, paper } } }]
  return JSON.stringify({ providers, lambdaManifest: { lambdas } })
}

/** Once the market stands still: what was filled and not told, and orders that have no end. */
export async function missingReports(gateway: TestGateway, instances: number) {
  const all = { orders: 0, fills: 0, problems: [] as string[] }
  for (let index = 0; index < instances; index++) {
    const path = `/strategy/instances/${idOf(index)}`
    const fills: number = (await gateway.get(`${path}/executions?limit=1`)).body.total
    const { items, total } = (await gateway.get(`${path}/orders?limit=1000`)).body
    const open = items.filter(({ state }: { state: string }) => ['PENDING', 'ACK', 'PARTIAL'].includes(state))
    const told = await toldOf(gateway, path, fills)
    all.orders += total
    all.fills += fills
    if (told !== fills) all.problems.push(`${idOf(index)} was told of ${told} of ${fills} fills`)
    if (open.length > 1) all.problems.push(`${idOf(index)} has ${open.length} orders without an end`)
  }
  return all
}

/** What it has logged last; it may still be told. */
async function toldOf(gateway: TestGateway, path: string, wanted: number): Promise<number> {
  let told = 0
  for (let patience = 0; patience < 50; patience++) {
    const { items } = (await gateway.get(`${path}/logs?limit=100`)).body
    const messages: string[] = items.map(({ message }: { message: string }) => message)
    told = Number(messages.find((message) => message.startsWith('told '))?.slice('told '.length) ?? 0)
    if (told === wanted) break
    await Bun.sleep(100)
  }
  return told
}
