/** What a crash costs: until a thousand instances go on when their sandbox host or everything is killed, and what a recording takes. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { castOf, PAPER, sourceOf } from '../test/durable/cast'
import { childrenOf } from '../test/durable/kills'
import { candles, trades } from '../test/durable/recordings'
import { startGateway, type TestGateway } from '../test/gateway'
import { folder } from './folder'
import { CALM } from './hosts'
import { count, type Row } from './row'
import { shipped } from './shipped'

const INSTANCES = 1000
const AT_ONCE = 20
/** So long the market goes on before a kill, and between two. */
const SETTLE_MS = 10_000
const EVENTS = 5000
const CONFIG = `rateLimit: { perSecond: 10000, burst: 10000 }
sandboxHosts: 1
providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 7, intervalMs: 50 } } }]`
const GOES_ON = /go on where they were/g

export async function recoveryRows(): Promise<Row[]> {
  return [...(await thousandRows()), await recordingRow()]
}

async function thousandRows(): Promise<Row[]> {
  using home = folder()
  const running = await startGateway({ folder: home.path, config: CONFIG })
  await running.upload(await shipped('momentum'))
  const launched = await secondsOf(() => launchAll(running))
  await Bun.sleep(SETTLE_MS)
  const recovered = await secondsOf(async () => {
    const before = running.stderr.match(GOES_ON)?.length ?? 0
    for (const pid of childrenOf(running.child.pid)) process.kill(pid, 'SIGKILL')
    while ((running.stderr.match(GOES_ON)?.length ?? 0) === before) await Bun.sleep(5)
  })
  await Bun.sleep(SETTLE_MS)
  running.child.kill('SIGSTOP')
  for (const pid of childrenOf(running.child.pid)) process.kill(pid, 'SIGKILL')
  running.child.kill('SIGKILL')
  await running.exited()
  const begin = performance.now()
  await using next = await startGateway({ folder: home.path, config: CONFIG })
  await next.until('/metrics', ({ text }) => text.includes(`meltica_instances{state="running"} ${INSTANCES}`))
  const started = (performance.now() - begin) / 1000
  const row = (what: string, seconds: number, goal: number): Row => ({
    what,
    figure: `${seconds.toFixed(1)} s`,
    baseline: `to launch them ${launched.toFixed(1)} s`,
    ratio: seconds / launched,
    goal: `≤ ${goal} s`,
    reached: seconds <= goal,
  })
  return [
    row("1,000 × momentum go on after their host's death", recovered, 3),
    row('start of a gateway that had 1,000 × momentum running, to all running', started, 5),
  ]
}

async function launchAll(gateway: TestGateway): Promise<void> {
  const launch = async (index: number) => {
    const strategy = { identifier: 'momentum', config: CALM }
    const scope = { sim: { symbols: ['BTC-USDT'] } }
    const { status, text } = await gateway.post('/strategy/instances', {
      id: `momentum-${index}`,
      strategy,
      scope,
      autostart: true,
    })
    if (status !== 201) throw new Error(text)
  }
  for (let first = 0; first < INSTANCES; first += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => launch(first + at)))
}

/** Recordings that the shipped strategies trade on, against the same that instances look at without an order. */
async function recordingRow(): Promise<Row> {
  const trading = await recordedSeconds(false)
  const dry = await recordedSeconds(true)
  return {
    what: `${count(2 * EVENTS)} recorded events as fast as possible, of the shipped strategies that order`,
    figure: `${trading.toFixed(1)} s`,
    baseline: `in a dry run ${dry.toFixed(1)} s`,
    ratio: trading / dry,
    goal: '≤ 3 × the dry run',
    reached: trading <= 3 * dry,
  }
}

async function recordedSeconds(isDry: boolean): Promise<number> {
  await using gateway = await startGateway({ config: 'rateLimit: { perSecond: 10000, burst: 10000 }' })
  const recordings = [candles(EVENTS), trades(EVENTS)] as const
  const cast = castOf(...recordings).filter(({ strategy }) => strategy !== 'memory')
  for (const strategy of new Set(cast.map(({ strategy }) => strategy))) await gateway.upload(await sourceOf(strategy))
  mkdirSync(join(gateway.folder, 'data/replay'), { recursive: true })
  for (const { provider, file, text } of recordings) {
    writeFileSync(join(gateway.folder, 'data/replay', file), text)
    const adapter = { identifier: 'replay', config: { file, speed: 0, paper: PAPER } }
    await gateway.post('/providers', { name: provider, adapter, enabled: false })
  }
  for (const { id, strategy, recording, config } of cast) {
    const scope = { [recording.provider]: { symbols: recording.symbols } }
    const given = { identifier: strategy, config: { ...config, dry_run: isDry } }
    await gateway.post('/strategy/instances', { id, strategy: given, scope, autostart: true })
  }
  return await secondsOf(async () => {
    for (const { provider } of recordings) await gateway.post(`/providers/${provider}/start`)
    for (const { provider } of recordings)
      await gateway.until(`/providers/${provider}`, ({ body }) => body.status === 'finished')
  })
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return (performance.now() - begin) / 1000
}
