/** Real sandbox hosts, and what to launch on them. */
import { join } from 'node:path'
import { BUILD } from '../src/cli/build'
import { sandboxHostCommandLine } from '../src/cli/sandbox-host'
import type { InstanceListener } from '../src/hosts/instance-listener'
import { processLinks } from '../src/hosts/links/process-link'
import { HostPool } from '../src/hosts/pool'
import type { LaunchSpec } from '../src/protocol/launch'
import { DEFAULT_RATES } from '../src/schema/instance-rates'
import type { Order } from '../src/schema/orders'
import { folder } from './folder'

const COMMAND = sandboxHostCommandLine(process.execPath, join(import.meta.dir, '../src/main.ts'))

/** As a gateway has them: what they are told is kept. */
export async function startPool(): Promise<HostPool> {
  const home = folder()
  process.on('exit', () => home[Symbol.dispose]())
  const pool = await HostPool.start({
    connect: processLinks({ command: COMMAND, build: BUILD }),
    count: 1,
    now: Date.now,
    elapsed: () => performance.now(),
    log: (_level, text) => process.stderr.write(`${text}\n`),
  })
  await pool.record(join(home.path, 'inputs'))
  return pool
}

/** @throws Error with what is wrong with the source. */
export async function programOf(pool: HostPool, source: string): Promise<Uint8Array> {
  const compilation = await pool.compiler.compile(new TextEncoder().encode(source))
  if ('diagnostics' in compilation) throw new Error(compilation.diagnostics.map(({ message }) => message).join('; '))
  return compilation.program
}

/** Momentum's settings in which it looks at every price and never orders; other strategies take no notice. */
export const CALM = { lookback: 20, threshold: 1000, quantity: 0.01, allowShort: true, dry_run: false }

export const specOf = (instanceId: string, program: Uint8Array): LaunchSpec => ({
  instanceId,
  program,
  config: CALM,
  dryRun: false,
  scope: [
    {
      provider: 'sim',
      symbols: ['BTC-USDT'],
      instruments: [
        {
          symbol: 'BTC-USDT',
          type: 'spot',
          baseCurrency: 'BTC',
          quoteCurrency: 'USDT',
          venue: 'sim',
          minQuantity: '0.0001',
        },
      ],
      account: { model: 'linear', cash: { USDT: '1000000' }, leverage: '1', checkMargin: false },
      fills: [],
      openOrders: [],
    },
  ],
  state: '{}',
  seed: 1n,
  recorded: false,
  awaited: false,
  rates: { ...DEFAULT_RATES, ordersPerSecond: 1_000_000 },
})

/** Keeps nothing; tells of what an instance orders and how it ends. */
export function listener(heard: {
  ordered?: (order: Order) => void
  failed?: (reason: string) => void
}): InstanceListener {
  const nothing = () => undefined
  return {
    accounts: () => [],
    risk: () => ({ limits: {}, halts: {} }),
    progressed: nothing,
    kept: nothing,
    refused: nothing,
    ordered: heard.ordered ?? nothing,
    cancelled: nothing,
    journalled: nothing,
    differed: nothing,
    skipped: nothing,
    logged: nothing,
    threw: nothing,
    told: nothing,
    saved: nothing,
    restarted: nothing,
    failed: heard.failed ?? nothing,
  }
}

/** Looks again at short intervals: the counts come by themselves. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(2)
}

/** The process of a pool's only host. */
export const pidOf = (pool: HostPool): number => Number(pool.hosts()[0]!.place?.replace('process ', ''))
