/**
 * What neighbours that use all they may do to an honest instance of the same gateway: how old its newest decision is,
 * how long a launch takes, and what the sandbox hosts weigh meanwhile.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { startGateway, type TestGateway } from '../test/gateway'
import { memoryMb } from '../test/memory-of'
import { percentile, type Row } from './row'

const COUNTS = [1, 10, 40]
const INTERVAL_MS = 50
const SETTLE_MS = 3000
const MEASURE_MS = 5000
const SAMPLE_MS = 2
const LAUNCHES = 3

/** It logs the time of the event that its newest decision is about. */
const HONEST = handler('honest', `helpers.log(evt.emitTs)`)

/** Each within its limits, event after event. */
const KINDS: Readonly<Record<string, string>> = {
  'burn a third of the fuel': handler('burner', 'for (let i = 0; i < 470000; i++);'),
  'write 900 lines of 8 KB': handler(
    'writer',
    `for (let i = 0; i < 900; i++) helpers.log(line)`,
    `const line = 'x'.repeat(8190)`,
  ),
  'keep 250 KB of state': handler(
    'keeper',
    `helpers.state.all = String.fromCharCode(65 + (++n % 26)).repeat(250000)`,
    'let n = 0',
  ),
  'allocate near the limit': handler('hoarder', 'held = new Uint8Array(13e6).fill(price)', 'let held'),
}

function handler(name: string, body: string, before = ''): string {
  return `module.exports = {
  metadata: { name: '${name}', tag: 'v1', displayName: 'Bench', description: '', config: [], events: ['Trade'] },
  create({ helpers }) {
    ${before}
    return { onTrade(ctx, evt, payload, price) { ${body} } }
  },
}
`
}

interface Seen {
  readonly ageMs: number
  readonly launchMs: number
  readonly memoryMb: number
}

export async function neighboursRows(): Promise<Row[]> {
  const alone = await measured(undefined, 0)
  const rows: Row[] = []
  for (const kind of Object.keys(KINDS)) {
    for (const count of COUNTS) rows.push(...rowsOf(`${count} that ${kind}`, await measured(kind, count), alone))
  }
  return rows
}

function rowsOf(who: string, seen: Seen, alone: Seen): Row[] {
  const row = (what: string, of: keyof Seen, unit: string, goal: string, reached: boolean): Row => ({
    what: `beside ${who}: ${what}`,
    figure: `${seen[of].toFixed(0)} ${unit}`,
    baseline: `alone ${alone[of].toFixed(0)} ${unit}`,
    ratio: seen[of] / alone[of],
    goal,
    reached,
  })
  return [
    row('age of the newest decision, p99', 'ageMs', 'ms', 'alone + ≤ 100 ms', seen.ageMs - alone.ageMs <= 100),
    row('a launch, the longest', 'launchMs', 'ms', '≤ 1,000 ms', seen.launchMs <= 1000),
    row('memory of the hosts', 'memoryMb', 'MB', '≤ 1,000 MB', seen.memoryMb <= 1000),
  ]
}

async function measured(kind: string | undefined, count: number): Promise<Seen> {
  await using gateway = await startGateway({
    config: `rateLimit: { perSecond: 10000, burst: 10000 }
providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 7, intervalMs: ${INTERVAL_MS} } } }]`,
  })
  const honest = await uploaded(gateway, HONEST)
  await launched(gateway, 'honest', honest)
  if (kind !== undefined) {
    const neighbour = await uploaded(gateway, KINDS[kind]!)
    for (let i = 0; i < count; i++) await launched(gateway, `neighbour-${i}`, neighbour)
  }
  await Bun.sleep(SETTLE_MS)
  const fromMs = Date.now()
  let launchMs = 0
  for (let i = 0; i < LAUNCHES; i++) {
    launchMs = Math.max(launchMs, await launched(gateway, `late-${i}`, honest))
    await Bun.sleep(MEASURE_MS / LAUNCHES)
  }
  const toMs = Date.now()
  const { body } = await gateway.get('/strategy/instances/honest/logs?limit=1000')
  const memory = hostsOf(gateway.child.pid).map(memoryMb)
  return {
    ageMs: percentile(agesMs(body.items, fromMs, toMs), 99),
    launchMs,
    memoryMb: memory.reduce((sum, one) => sum + one, 0),
  }
}

/** Sorted, of samples in between: how long ago the event was that the newest decision by then was made on. */
function agesMs(
  lines: readonly { time: string; source: string; message: string }[],
  fromMs: number,
  toMs: number,
): number[] {
  const decisions = lines
    .filter(({ source }) => source === 'strategy')
    .map(({ time, message }) => ({ atMs: Date.parse(time), eventMs: Date.parse(message) }))
    .sort((a, b) => a.atMs - b.atMs)
  const ages: number[] = []
  let next = 0
  let newestMs = Number.NEGATIVE_INFINITY
  for (let ms = fromMs; ms < toMs; ms += SAMPLE_MS) {
    for (; next < decisions.length && decisions[next]!.atMs <= ms; next++) newestMs = decisions[next]!.eventMs
    ages.push(ms - newestMs)
  }
  return ages.sort((a, b) => a - b)
}

async function uploaded(gateway: TestGateway, source: string): Promise<string> {
  const { status, body, text } = await gateway.post('/strategies/modules', { source })
  if (status !== 201) throw new Error(text)
  return `${body.module.name}@${body.module.hash}`
}

/** @returns ms. */
async function launched(gateway: TestGateway, id: string, identifier: string): Promise<number> {
  const start = performance.now()
  const scope = { sim: { symbols: ['BTC-USDT'] } }
  const { status, text } = await gateway.post('/strategy/instances', {
    id,
    strategy: { identifier, config: {} },
    scope,
    autostart: true,
  })
  if (status !== 201) throw new Error(text)
  return performance.now() - start
}

/** The processes that it has started. */
const hostsOf = (gateway: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === gateway)
    .map(Number)

function parentOf(pid: string): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
  } catch {
    // it has ended meanwhile
    return undefined
  }
}
