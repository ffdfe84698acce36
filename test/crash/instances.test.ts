/**
 * The gateway is killed again and again while instances trade, and started again at once: no instance notices. Each keeps
 * what it counts in plain variables alone, and says of all that it saw, did and was told how it follows from what was before.
 */
import { Database } from 'bun:sqlite'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'
import { Follower } from '../http/followed'
import { lacks } from '../tools'
import { Fault } from './faults'

setDefaultTimeout(120_000)

const CONFIG = `rateLimit: { perSecond: 100000, burst: 100000 }
marketData: { maxLag: 10m }
providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 3, intervalMs: 100 } } }]
`
const KILLS = 3

const WITNESS = strategySource(
  { name: 'witness', tag: 'v1', config: [{ name: 'dry_run', type: 'bool', default: false }] },
  `...(() => {
    const { helpers, runtime } = env
    let seen = 0
    let chain = 7
    const note = (...what) => {
      const before = chain
      for (const c of what.join()) chain = (chain * 31 + c.charCodeAt(0)) | 0
      helpers.log(JSON.stringify([++seen, before, chain, ...what]))
    }
    let resting
    return {
      onTrade(ctx, evt, payload, price) {
        note('trade', price)
        if (chain % 3 === 0) note('order', runtime.submitMarketOrder('', chain % 2 ? 'buy' : 'sell', '0.01'))
        if (chain % 5 === 0) note('order', resting = runtime.submitOrder('', 'buy', '0.01', '1'))
        if (chain % 7 === 0 && resting) note('cancel', resting, runtime.cancelOrder(resting))
        if (chain % 11 === 0) helpers.sleep(30)
        if (chain % 13 === 0) throw new Error('it is ' + chain)
        note('saw', Math.random(), runtime.position().quantity)
      },
      onOrderFilled(ctx, evt, payload) { note('filled', payload.clientOrderId, runtime.position().quantity) },
      onOrderCancelled(ctx, evt, payload) { note('cancelled', payload.clientOrderId) },
    }
  })()`,
)
const SLEEPER = strategySource(
  { name: 'sleeper', tag: 'v1' },
  `...(() => {
    let times = 0
    return { onTrade() {
      times++
      env.helpers.log('sleeps', times)
      env.helpers.sleep(1500)
      env.helpers.log('woke', times)
    } }
  })()`,
)

interface Placed {
  readonly clientOrderId: string
  readonly state: string
}

interface Line {
  readonly source: string
  readonly level: string
  readonly message: string
}

const idOf = ({ clientOrderId }: Placed) => clientOrderId
const pathOf = (id: string) => `/strategy/instances/${id}`

/** All of a list, oldest first. */
async function all<Item>(gateway: TestGateway, path: string): Promise<Item[]> {
  const items: Item[] = []
  for (;;) {
    const { body } = await gateway.get(`${path}?limit=500&offset=${items.length}`)
    items.push(...body.items)
    if (body.items.length === 0 || items.length >= body.total) return items.reverse()
  }
}

/** When it is the same a while later. */
async function settled(look: () => Promise<string>): Promise<void> {
  for (let [before, now] = ['', await look()]; before !== now; [before, now] = [now, await look()]) await Bun.sleep(200)
}

/** Process ids of its sandbox hosts. */
const hostsOf = ({ child: { pid } }: TestGateway): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

async function kill(gateway: TestGateway, withHosts: boolean): Promise<void> {
  const hosts = withHosts ? hostsOf(gateway) : []
  for (const pid of [gateway.child.pid, ...hosts]) process.kill(pid, 'SIGKILL')
  await gateway.exited()
}

/** In the midst of a commit. @param writes of a page of it, or of what stands before a page. */
async function killCommitting(gateway: TestGateway, folder: string, writes: number): Promise<void> {
  const paths = [join(folder, 'data/meltica.db-wal')]
  await using _ = await Fault.of(gateway.child.pid, { calls: 'pwrite64', error: { killedAt: writes }, paths })
  await gateway.exited()
}

test('whenever it is killed, instances go on where they were, and what they do is done once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-crash-'))
  try {
    {
      await using gateway = await startGateway({ folder, config: CONFIG })
      await gateway.upload(WITNESS)
      await gateway.upload(SLEEPER)
      const scope = { sim: { symbols: ['BTC-USDT'] } }
      for (const [id, identifier] of [
        ['one', 'witness'],
        ['two', 'witness'],
        ['dozes', 'sleeper'],
      ]) {
        const { status } = await gateway.post('/strategy/instances', {
          id,
          strategy: { identifier },
          scope,
          autostart: true,
        })
        expect(status).toBe(201)
      }
      await gateway.until(`${pathOf('dozes')}/logs`, ({ body }) => body.total > 0)
      await kill(gateway, true)
    }
    for (let death = 1; death < KILLS; death++) {
      await using gateway = await startGateway({ folder, config: CONFIG })
      const { events } = (await gateway.get(pathOf('one'))).body.stats
      await gateway.until(pathOf('one'), ({ body }) => body.stats.events > events + death * 4)
      await Bun.sleep(Math.random() * 40)
      if (death === 1 && !lacks('strace')) await killCommitting(gateway, folder, 1 + Math.floor(Math.random() * 40))
      else await kill(gateway, death % 2 === 0)
    }
    await using gateway = await startGateway({ folder, config: CONFIG })
    await gateway.until(`${pathOf('dozes')}/logs`, ({ body }) => body.total >= 2)
    // what was ordered so far is answered
    await gateway.post('/providers/sim/stop')
    for (const id of ['one', 'two']) {
      const lists = () =>
        Promise.all(['logs', 'orders', 'executions'].map((list) => all(gateway, `${pathOf(id)}/${list}`)))
      await settled(() => lists().then((all) => JSON.stringify(all)))
      const [lines, orders, executions] = (await lists()) as [Line[], Placed[], Placed[]]
      const own = lines.filter(({ source }) => source === 'strategy').map(({ message }) => JSON.parse(message))
      // nothing is lost, told twice or forgotten
      expect(own.map(([seen]) => seen)).toEqual(own.map((_, index) => index + 1))
      expect(own.map(([, before]) => before)).toEqual([7, ...own.slice(0, -1).map(([, , chain]) => chain)])
      const of = (what: string) => own.filter(([, , , one]) => one === what).map(([, , , , id]) => id as string)
      expect(of('order').length).toBeGreaterThan(0)
      expect(orders.map(idOf)).toEqual(of('order'))
      // all of them with the id of one start
      expect(new Set(of('order').map((one) => one.replace(/-\d+$/, ''))).size).toBe(1)
      const filled = executions.map(idOf)
      const isWhole = new Set(orders.filter(({ state }) => state === 'FILLED').map(idOf))
      // an order with several executions is filled by the last one
      const lastOf = filled.filter((one, index) => filled.lastIndexOf(one) === index)
      expect(of('filled')).toEqual(lastOf.filter((one) => isWhole.has(one)))
      const cancelled = orders.filter(({ state }) => state === 'CANCELLED').map(idOf)
      expect(of('cancelled').sort()).toEqual(cancelled.sort())
      // the gateway says nothing but what the strategy has thrown
      const others = lines.filter(({ source }) => source !== 'strategy').map(({ message }) => message)
      expect(others.filter((message) => !message.includes('it is '))).toEqual([])
      const { state, reason } = (await gateway.get(pathOf(id))).body
      expect([state, reason]).toEqual(['running', undefined])
    }
    const audit = (await gateway.get('/audit?limit=100')).body.items as { what: string }[]
    expect(audit.filter(({ what }) => what === 'instance_started').length).toBe(3)
    const slept = (await all<Line>(gateway, `${pathOf('dozes')}/logs`)).map(({ message }) => message)
    expect(slept.slice(0, 2)).toEqual(['sleeps 1', 'woke 1'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('of whom nothing is left it is told that it begins anew, and it does so from its saved state', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-crash-'))
  const count = strategySource(
    { name: 'count', tag: 'v1' },
    `...(() => {
      let seen = 0
      return { onTrade() {
        const saved = env.helpers.state.seen = (env.helpers.state.seen ?? 0) + 1
        env.helpers.log(++seen, saved)
        // the state is saved with it
        if (seen === 3) env.runtime.submitMarketOrder('', 'buy', '0.01')
      } }
    })()`,
  )
  const printed = (body: { items: Line[] }) => body.items.map(({ message }) => message)
  try {
    {
      await using gateway = await startGateway({ folder, config: CONFIG })
      await gateway.upload(count)
      const scope = { sim: { symbols: ['BTC-USDT'] } }
      await gateway.post('/strategy/instances', {
        id: 'one',
        strategy: { identifier: 'count' },
        scope,
        autostart: true,
      })
      await gateway.until(pathOf('one'), ({ body }) => body.stats.skippedOrders === 1)
      // what is shown is durable, and so is what came before it
      await gateway.until(`${pathOf('one')}/logs`, ({ body }) => printed(body).includes('3 3'))
      await kill(gateway, true)
    }
    rmSync(join(folder, 'data', 'inputs'), { recursive: true })
    await using gateway = await startGateway({ folder, config: CONFIG })
    const why = 'it begins anew, from its saved state: nothing was kept of it'
    expect((await gateway.get(pathOf('one'))).body).toMatchObject({ state: 'running', reason: why })
    const { body } = await gateway.until(`${pathOf('one')}/logs`, ({ body }) => printed(body).indexOf(why) > 0)
    const [seen, saved] = printed(body)[printed(body).indexOf(why) - 1]!.split(' ').map(Number)
    expect([seen, saved! >= 4]).toEqual([1, true])
    const [last] = (await gateway.get('/audit?limit=1')).body.items
    expect([last.who, last.what, last.subject, last.message]).toEqual(['gateway', 'instance_started', 'one', why])
    await gateway.post(`${pathOf('one')}/stop`)
    await gateway.post(`${pathOf('one')}/start`)
    expect((await gateway.get(pathOf('one'))).body.reason).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('who sleeps when the gateway is stopped goes on asleep, and who would order otherwise than the journal has it runs no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-crash-'))
  const strategy = strategySource(
    { name: 'dozer', tag: 'v1', config: [{ name: 'dry_run', type: 'bool', default: false }] },
    `...(() => {
      const { helpers, runtime } = env
      let seen = 0
      return { onTrade() {
        if (++seen > 1) return helpers.log('seen', seen)
        helpers.log('ordered', runtime.submitMarketOrder('', 'buy', '0.01'))
        helpers.sleep(3000)
        helpers.state.slept = true
        helpers.log('slept', ++seen)
      } }
    })()`,
  )
  const printed = async (gateway: TestGateway, id: string) =>
    (await all<Line>(gateway, `${pathOf(id)}/logs`)).map(({ message }) => message)
  try {
    {
      await using gateway = await startGateway({ folder, config: CONFIG })
      await gateway.upload(strategy)
      for (const id of ['one', 'two']) {
        const scope = { sim: { symbols: ['BTC-USDT'] } }
        const body = { id, strategy: { identifier: 'dozer' }, scope, autostart: true, restart: 'on-failure' }
        expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
        await gateway.until(`${pathOf(id)}/logs`, ({ body }) => body.total === 1)
      }
      await gateway.stop()
    }
    {
      await using gateway = await startGateway({ folder, config: CONFIG })
      for (const id of ['one', 'two']) {
        await gateway.until(`${pathOf(id)}/logs`, ({ body }) => body.total >= 3)
        const [ordered, ...later] = await printed(gateway, id)
        expect([ordered?.split('-').at(-1), later.slice(0, 2)]).toEqual(['1', ['slept 2', 'seen 3']])
        expect((await gateway.get(`${pathOf(id)}/orders`)).body.total).toBe(1)
        const { state, reason } = (await gateway.get(pathOf(id))).body
        expect([state, reason]).toEqual(['running', undefined])
      }
      using follower = new Follower(gateway.url, '/events?types=state&instance=two', { after: 0 })
      const told = await follower.count(5)
      expect(told.map((item) => item.type === 'state' && item.state)).toEqual([
        'created',
        'starting',
        'running',
        'stopping',
        'running',
      ])
      await kill(gateway, true)
    }
    {
      using journal = new Database(join(folder, 'data', 'meltica.db'))
      journal.run("UPDATE orders SET quantity = '0.02' WHERE id LIKE 'one-%'")
    }
    await using gateway = await startGateway({ folder, config: CONFIG })
    const how = /^stopped, .*: the journal has .*"quantity":"0.02".* order .*"quantity":"0.01".*inputs\/\d\/differs-/
    const { state, reason } = (await gateway.get(pathOf('one'))).body
    expect([state, reason]).toEqual(['failed', expect.stringMatching(how)])
    expect((await printed(gateway, 'one')).at(-1)).toMatch(how)
    const [last] = (await gateway.get('/audit?limit=1')).body.items
    expect([last.who, last.what, last.subject, last.message]).toEqual(['gateway', 'instance_failed', 'one', reason])
    expect((await gateway.get(pathOf('two'))).body).toMatchObject({ state: 'running' })
    expect((await gateway.post(`${pathOf('one')}/start`)).status).toBe(200)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
