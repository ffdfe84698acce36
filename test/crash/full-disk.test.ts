/**
 * Disks that are full or read-only, through every door of the catalogue: refused with what to do, all as it was before, reads go on,
 * and once there is room it works again. Each disk is a small tmpfs in a namespace of its own, with room for all that a test writes:
 * it is full only where the test fills it.
 */
import { expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROGRAM } from '../binary'
import { answered } from '../contract/limits'
import { lacks } from '../tools'

const TIMEOUT_MS = 30_000

/** Runs a script over a fresh folder of which one subfolder is a disk of some megabytes. @returns what it printed. */
async function onSmallDisk(subfolder: 'strategies' | 'data', script: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-full-'))
  const disk = join(folder, subfolder)
  mkdirSync(disk)
  try {
    const whole = `
      import { rmSync } from 'node:fs'
      import { startGateway, strategySource } from ${JSON.stringify(join(import.meta.dir, '../gateway'))}
      const [folder, disk] = process.argv.slice(1)
      const fill = () => Bun.spawnSync(['dd', 'if=/dev/zero', 'of=' + disk + '/fill', 'bs=4k'])
      const free = () => rmSync(disk + '/fill')
      const gateway = await startGateway({ folder })
      const { hash } = await gateway.upload(strategySource())
      const state = async () => (await gateway.get('/strategies/registry')).text
      const changes = {
        upload: () => gateway.post('/strategies/modules', { source: strategySource({ tag: 'v2' }), aliases: ['prod'] }),
        replacement: () => gateway.put('/strategies/modules/grid', { source: strategySource({ tag: 'v3' }) }),
        move: () => gateway.put('/strategies/modules/grid/tags/prod', { hash }),
        untag: () => gateway.delete('/strategies/modules/grid/tags/v1.0.0'),
        deletion: () => gateway.delete('/strategies/modules/grid'),
      }
      ${script}
      await gateway.stop()`
    const mounted = 'mount -t tmpfs -o size=16m none "$3" && exec "$0" -e "$1" "$2" "$3"'
    const child = Bun.spawn(['unshare', '-m', 'sh', '-c', mounted, process.execPath, whole, folder, disk], {
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [said, wrong] = await Promise.all([child.stdout.text(), child.stderr.text()])
    expect(wrong).toBe('')
    return JSON.parse(said)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test.skipIf(lacks('mount'))(
  'a strategy home on a full disk',
  async () => {
    const said = await onSmallDisk(
      'strategies',
      `
      fill()
      const before = await state()
      const seen = {}
      for (const [name, change] of Object.entries(changes)) {
        const { status, body } = await change()
        seen[name] = [status, body.error, (await state()) === before]
      }
      seen.refresh = (await gateway.post('/strategies/refresh')).status
      seen.source = (await gateway.get('/strategies/modules/grid/source')).text === strategySource()
      free()
      seen.after = (await changes.upload()).status
      seen.tags = Object.keys((await gateway.get('/strategies/modules/grid')).body.tagAliases)
      console.log(JSON.stringify(seen))`,
    )
    const refused = [507, 'storage_full', true]
    expect(said).toEqual({
      upload: refused,
      replacement: refused,
      move: refused,
      untag: refused,
      deletion: refused,
      refresh: 200,
      source: true,
      after: 201,
      tags: ['v1.0.0', 'latest', 'v2', 'prod'],
    })
  },
  TIMEOUT_MS,
)

test.skipIf(lacks('mount'))(
  'a data folder on a full disk: no change is refused and yet made, none goes on unaccounted for, none is lost to the audit',
  async () => {
    const said = await onSmallDisk(
      'data',
      `
      fill()
      const answers = []
      for (let n = 0; n < 20; n++) {
        const before = await state()
        const { status } = await gateway.put('/strategies/modules/grid/tags/t' + n, { hash, message: 'x'.repeat(900) })
        answers.push([status, (await state()) !== before])
      }
      const made = answers.filter(([status]) => status === 200).length
      const before = await state()
      const refused = {}
      for (const [name, change] of Object.entries(changes)) refused[name] = [(await change()).status, (await state()) === before]
      const ready = (await gateway.get('/readyz')).status
      free()
      const after = (await changes.move()).status
      const { total } = (await gateway.get('/audit?what=tag_moved&strategy=grid')).body
      console.log(JSON.stringify({ answers: answers.map(String), refused, ready, after, unaccounted: 2 + made + 1 - total }))`,
    )
    const { answers, ...rest } = said as { answers: string[] }
    expect(answers.at(-1)).toBe('507,false')
    expect(new Set(answers)).toEqual(new Set(['200,true', '507,false']))
    const refused = [507, true]
    expect(rest).toEqual({
      refused: { upload: refused, replacement: refused, move: refused, untag: refused, deletion: refused },
      ready: 503,
      after: 200,
      unaccounted: 0,
    })
  },
  TIMEOUT_MS,
)

test.skipIf(lacks('mount'))(
  'orders that cannot be journalled are rejected; those that were sent are all in the journal, none of them twice',
  async () => {
    const said = await onSmallDisk(
      'data',
      `
      const source = strategySource({ name: 'busy' }, \`
        onTrade(ctx, evt) { env.runtime.submitMarketOrder(evt.provider, 'buy', '0.0001') },
        onOrderRejected(ctx, evt, payload, reason) { rejected++; env.helpers.state.rejected = rejected; env.helpers.state.reason = reason },
        onTicker() { env.helpers.log(rejected, env.helpers.state.reason) },\`).replace('create(env) {', 'create(env) { let rejected = 0')
      await gateway.upload(source.replace('["Trade"]', '["Trade","Ticker","ExecReport"]'))
      await gateway.post('/providers', { name: 'sim', adapter: { identifier: 'sim', config: { intervalMs: 20 } } })
      await gateway.post('/strategy/instances', {
        id: 'busy', strategy: { identifier: 'busy', config: { dry_run: false } }, scope: { sim: { symbols: ['BTC-USDT'] } }, autostart: true,
      })
      const of = '/strategy/instances/busy'
      await gateway.until(of + '/executions', ({ body }) => body.total > 3)
      fill()
      await gateway.until('/readyz', ({ status }) => status === 503)
      const { orders } = (await gateway.get(of)).body.stats
      const flatten = (await gateway.post(of + '/flatten')).status
      await gateway.until(of, ({ body }) => body.stats.orders > orders + 5)
      free()
      await gateway.until('/readyz', ({ status }) => status === 200)
      const { total } = (await gateway.get(of + '/executions')).body
      // for so long that what goes on once a second has gone on
      await gateway.until(of + '/executions', ({ body }) => body.total > total + 70)
      await gateway.until(of + '/logs', ({ body }) => body.items.some(({ message }) => /^[1-9]/.test(message)))
      await gateway.post('/providers/sim/stop')
      await gateway.post(of + '/stop')
      const placed = (await gateway.get(of + '/orders?limit=1000')).body
      const executed = (await gateway.get(of + '/executions?limit=1000')).body.items
      const sent = Number(/^meltica_orders_total\\{.*outcome="sent".*\\} (\\d+)/m.exec((await gateway.get('/metrics')).text)?.[1])
      const known = new Set(placed.items.map(({ clientOrderId }) => clientOrderId))
      // a thin book may fill one of them at two prices
      const filled = (id) => executed.filter(({ clientOrderId }) => clientOrderId === id).reduce((sum, { quantity }) => sum + Math.round(quantity * 1e8), 0)
      console.log(JSON.stringify({
        unsent: (await gateway.get(of)).body.stats.orders > sent,
        journalled: placed.total === sent,
        flatten,
        closed: placed.items.filter(({ placedBy }) => placedBy !== undefined),
        states: [...new Set(placed.items.map(({ state }) => state))].sort(),
        strayFills: executed.filter(({ clientOrderId }) => !known.has(clientOrderId)),
        wronglyFilled: [...known].filter((id) => filled(id) !== 10_000),
        reason: (await gateway.get(of + '/logs?limit=1000')).body.items.map(({ message }) => /it cannot be journalled/.exec(message)?.[0]).find(Boolean),
      }))`,
    )
    expect(said).toEqual({
      unsent: true,
      journalled: true,
      flatten: 507,
      closed: [],
      states: ['FILLED'],
      strayFills: [],
      wronglyFilled: [],
      reason: 'it cannot be journalled',
    })
  },
  TIMEOUT_MS,
)

test.skipIf(lacks('mount'))(
  'a kill on a full disk stops all trading though it is refused, and holds after a restart once there is room',
  async () => {
    const said = await onSmallDisk(
      'data',
      `
      fill()
      let n = 0
      while ((await gateway.get('/readyz')).status === 200) await gateway.put('/strategies/modules/grid/tags/t' + n++, { hash, message: 'x'.repeat(900) })
      const limits = await gateway.put('/risk/limits', { maxPositionSize: '1' })
      const killed = await gateway.post('/risk/kill', { reason: 'full' })
      const resumed = await gateway.post('/risk/resume')
      const { body } = await gateway.get('/risk/limits')
      free()
      await gateway.until('/readyz', ({ status }) => status === 200)
      await gateway.stop('SIGKILL')
      const next = await startGateway({ folder })
      const after = (await next.get('/risk/limits')).body
      const { total } = (await next.get('/audit?what=trading_killed')).body
      await next.stop()
      console.log(JSON.stringify({ statuses: [limits, killed, resumed].map(({ status }) => status), body, after, total }))`,
    )
    const killSwitches = [{ scope: 'all', mode: 'kill', reason: 'full', since: expect.any(String), who: '127.0.0.1' }]
    const stopped = { limits: answered({}), killSwitches, breaches: [], lossStops: [], totals: [] }
    expect(said).toEqual({ statuses: [507, 507, 507], body: stopped, after: stopped, total: 1 })
  },
  TIMEOUT_MS,
)

test.skipIf(lacks('mount'))(
  'a home or a data folder that is read-only is told at the start, and nothing is listened on',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-read-only-'))
    try {
      for (const subfolder of ['strategies', 'data']) {
        mkdirSync(join(folder, subfolder))
        const mounted = `mount --bind ${subfolder} ${subfolder} && mount -o remount,ro,bind ${subfolder} && exec "$0" "$@"`
        const serve = [...PROGRAM, 'serve', '--listen', '127.0.0.1:0']
        const child = Bun.spawn(['unshare', '-m', 'sh', '-c', mounted, ...serve], {
          cwd: folder,
          stdout: 'pipe',
          stderr: 'pipe',
        })
        const [said, wrong] = await Promise.all([child.stdout.text(), child.stderr.text()])
        expect([subfolder, await child.exited, said]).toEqual([subfolder, 1, ''])
        expect(wrong).toMatch(
          new RegExp(`^error: .*${subfolder}.*read-only.*\\nhint: check that the folder exists and may be written`),
        )
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  TIMEOUT_MS,
)
