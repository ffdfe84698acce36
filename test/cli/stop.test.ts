/** SIGTERM ends the gateway whatever it is doing, and it says what was lost by that. */
import { Database } from 'bun:sqlite'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { STOPPED_EARLY } from '../../src/cli/banner'
import { PROGRAM } from '../binary'
import { launchGateway, startGateway, strategySource, type TestGateway } from '../gateway'
import { lacks } from '../tools'
import { until } from '../until'

/** What ends it in time is set up when it listens to this signal. */
const SIGALRM_BIT = 1n << 13n
const SIGHUP_BIT = 1n
/** Made before the gateway starts. */
const TOKENS = `tokens: [{ name: a, role: read, hash: "sha256:${'0'.repeat(64)}" }]`
const WITH_TOKEN = ['sh', '-c', `echo '${TOKENS}' > tokens.yaml && exec "$0" "$@"`]

function catches(gateway: TestGateway, bit: bigint): boolean {
  const mask = /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${gateway.child.pid}/status`, 'latin1'))?.[1] ?? '0'
  return (BigInt(`0x${mask}`) & bit) !== 0n
}

// Processes come up in their own time when the machine is busy.
setDefaultTimeout(60_000)

/** Its thread waits for somebody to write the configuration, and what ends it in time is set up. */
async function heldUp(): Promise<{ gateway: TestGateway; release: () => Promise<void> }> {
  const behindPipe = ['sh', '-c', 'mkfifo pipe && exec "$0" "$@" < pipe']
  const gateway = launchGateway({ command: [...behindPipe, ...PROGRAM], args: ['--config', '-'] })
  const pipe = join(gateway.folder, 'pipe')
  await until(() => existsSync(pipe))
  const writer = await open(pipe, 'w')
  await until(() => catches(gateway, SIGALRM_BIT))
  return { gateway, release: () => writer.close() }
}

test.skipIf(lacks('proc'))(
  'a gateway whose thread does nothing but wait is ended some seconds after SIGTERM',
  async () => {
    const { gateway, release } = await heldUp()
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited()).toBe(1)
    expect(gateway.stderr).toStartWith(
      'error: the gateway was busy for 5 s after it was asked to stop, and was ended\nhint: ',
    )
    await release()
    await gateway[Symbol.asyncDispose]()
  },
)

test.skipIf(lacks('proc')).each(['SIGTERM', 'SIGINT'] as const)(
  'a second signal, %s, ends it at once',
  async (signal) => {
    const { gateway, release } = await heldUp()
    const pending = () =>
      /^(SigPnd|ShdPnd):\s*0*[^0\s]/m.test(readFileSync(`/proc/${gateway.child.pid}/status`, 'latin1'))
    gateway.child.kill('SIGTERM')
    // two of the same kind that nobody has heard yet are one
    await until(() => !pending())
    gateway.child.kill(signal)
    expect(await gateway.exited()).toBe(130)
    expect(gateway.stderr).toBe('')
    await release()
    await gateway[Symbol.asyncDispose]()
  },
)

/** Also those that are started in their place. */
function stopHosts(gateway: TestGateway): Disposable {
  const stop = () => void Bun.spawnSync(['pkill', '-STOP', '-P', String(gateway.child.pid)])
  stop()
  const again = setInterval(stop, 5)
  return { [Symbol.dispose]: () => clearInterval(again) }
}

test('a gateway whose sandbox hosts never answer stops without them', async () => {
  await using gateway = await startGateway()
  await gateway.upload(strategySource({ name: 'calm' }, 'onTrade() {}'))
  await gateway.post('/providers', { name: 'sim', adapter: { identifier: 'sim' } })
  const body = { id: 'one', strategy: { identifier: 'calm' }, scope: { sim: { symbols: ['BTC-USDT'] } } }
  expect((await gateway.post('/strategy/instances', { ...body, autostart: true })).status).toBe(201)
  using _ = stopHosts(gateway)
  gateway.child.kill('SIGTERM')
  expect(await gateway.exited()).toBe(0)
  expect(gateway.stdout).toContain('next start  one, sim will run again')
})

test('a gateway whose sandbox hosts never come up stops while it starts, and says so', async () => {
  const gateway = launchGateway()
  using _ = stopHosts(gateway)
  await until(() => Bun.spawnSync(['pgrep', '-P', String(gateway.child.pid)]).exitCode === 0)
  gateway.child.kill('SIGTERM')
  expect(await gateway.exited()).toBe(0)
  expect([gateway.stdout, gateway.stderr]).toEqual([STOPPED_EARLY, ''])
  await gateway[Symbol.asyncDispose]()
})

test.skipIf(lacks('proc'))('a gateway that is told to read its tokens again while it starts goes on', async () => {
  const gateway = launchGateway({ args: ['--tokens', 'tokens.yaml'], command: [...WITH_TOKEN, ...PROGRAM] })
  using _ = stopHosts(gateway)
  await until(() => catches(gateway, SIGHUP_BIT))
  gateway.child.kill('SIGHUP')
  gateway.child.kill('SIGTERM')
  expect(await gateway.exited()).toBe(0)
  expect([gateway.stdout, gateway.stderr]).toEqual([STOPPED_EARLY, ''])
  await gateway[Symbol.asyncDispose]()
})

test('a gateway that compiles what lies in its home stops in the middle of it, and registers nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-stop-'))
  const home = join(folder, 'strategies')
  mkdirSync(home)
  for (let i = 0; i < 3000; i++) {
    writeFileSync(join(home, `s${i}.js`), strategySource({ name: `s${i}` }, 'onTrade() {}'))
  }
  const gateway = launchGateway({ folder })
  await until(() => existsSync(join(home, '.meltica/verdicts.jsonl')))
  gateway.child.kill('SIGTERM')
  expect(await gateway.exited()).toBe(0)
  expect([gateway.stdout, gateway.stderr]).toEqual([STOPPED_EARLY, ''])
  expect(existsSync(join(home, 'registry.json'))).toBe(false)
  rmSync(folder, { recursive: true })
})

/** An order for each event, counted in its state. */
const ORDERS = `onTrade(ctx, evt, payload, price) {
  const { state } = env.helpers
  state.seen = (state.seen ?? 0) + 1
  env.runtime.submitMarketOrder('', state.seen % 2 ? 'buy' : 'sell', '0.001')
}, onOrderFilled() {}`

test('what a stop meets is done whole or not at all, and the next start finds nothing that looks like a crash', async () => {
  using stack = new DisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'meltica-stop-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const config = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 1, intervalMs: 50 } } }]\n'
  const ids = ['orders', 'sleeps', 'loops']
  const statesOf = async (gateway: TestGateway) =>
    Promise.all(ids.map(async (id) => (await gateway.get(`/strategy/instances/${id}`)).body.state))
  {
    await using gateway = await startGateway({ folder, config })
    const events = ['Trade', 'ExecReport']
    await gateway.upload(strategySource({ name: 'orders', events }, ORDERS))
    await gateway.upload(strategySource({ name: 'sleeps' }, 'onTrade() { env.helpers.sleep(600_000) }'))
    await gateway.upload(strategySource({ name: 'loops' }, 'onTrade() { for (;;); }'))
    for (const id of ids) {
      const scope = { sim: { symbols: ['BTC-USDT'] } }
      const strategy = { identifier: id, config: { dry_run: false } }
      await gateway.post('/strategy/instances', { id, strategy, scope, autostart: true, restart: 'on-failure' })
    }
    await until(async () => (await statesOf(gateway))[2] === 'restarting')
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited()).toBe(0)
    using database = new Database(join(folder, 'data/meltica.db'))
    const { seen, orders, open } = database
      .query(
        `SELECT s.state ->> '$.seen' AS seen,
           (SELECT count(*) FROM orders WHERE orders.instance = key) AS orders,
           (SELECT count(*) FROM orders WHERE orders.state = 'PENDING') AS open
         FROM instances JOIN states AS s ON s.instance = key WHERE id = 'orders'`,
      )
      .get() as Record<string, number>
    expect(seen).toBeGreaterThan(0)
    expect([orders, open]).toEqual([seen!, 0])
  }
  await using again = await startGateway({ folder, config })
  const [orders, sleeps, loops] = await statesOf(again)
  expect([orders, sleeps]).toEqual(['running', 'running'])
  expect(['restarting', 'starting', 'running']).toContain(loops)
  expect(again.stderr).not.toMatch(/"level":"(warn|error)".*(crash|sandbox host|damaged|cannot)/)
})
