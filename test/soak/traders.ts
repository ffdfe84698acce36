/** Who works in the soak: instances that order now and then and count what they are told of it, over every restart. */

import type { TestGateway } from '../gateway'
import { strategyOf } from './strategy'

const SYMBOLS = Array.from({ length: 20 }, (_, index) => `S${index}-USDT`)
/** Events for each symbol at a step of the simulator: a trade, or a few, a ticker and a book. */
const EVENTS_PER_STEP = 4
/** Each instance follows one of them. */
export const TAGS = ['a', 'b', 'c', 'd', 'e', 'f'] as const
export const CASH = '100000000'

export const idOf = (index: number) => `soak-${index}`

/** @param rate events that an instance has in a second. @returns the hashes of the two revisions. */
export async function hire(gateway: TestGateway, instances: number, rate: number): Promise<readonly string[]> {
  const first = await gateway.upload(strategyOf(1), { tag: 'v1', aliases: TAGS })
  const second = await gateway.upload(strategyOf(2), { tag: 'v2' })
  const intervalMs = Math.max(1, Math.round((1000 * EVENTS_PER_STEP) / rate))
  const config = { seed: 42, intervalMs, paper: { cash: { USDT: CASH } } }
  await gateway.post('/providers', { name: 'sim', adapter: { identifier: 'sim', config } })
  for (let index = 0; index < instances; index++) {
    const { status, text } = await gateway.post('/strategy/instances', {
      id: idOf(index),
      strategy: { identifier: `soak:${TAGS[index % TAGS.length]}`, config: { dry_run: false } },
      scope: { sim: { symbols: [SYMBOLS[index % SYMBOLS.length]] } },
      autostart: true,
    })
    if (status !== 201) throw new Error(`${idOf(index)} was not created: ${status} ${text}`)
  }
  return [first.hash, second.hash]
}
