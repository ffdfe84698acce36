/** What sandbox hosts are told cannot be kept: each instance says so, and goes on or not, as the operator has it. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource, type TestGateway } from '../gateway'

setDefaultTimeout(60_000)

const SIM = 'providers: [{ name: sim, adapter: { identifier: sim, config: { seed: 3, intervalMs: 100 } } }]\n'

/** Over a data folder in which a file is in the way. */
async function withoutRoom(config: string, look: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'meltica-loss-'))
  try {
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data', 'inputs'), '')
    await using gateway = await startGateway({ folder, config: SIM + config })
    await gateway.upload(strategySource())
    const scope = { sim: { symbols: ['BTC-USDT'] } }
    const body = { id: 'one', strategy: { identifier: 'grid' }, scope, autostart: true }
    expect((await gateway.post('/strategy/instances', body)).status).toBe(201)
    await look(gateway)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const ONE = '/strategy/instances/one'
const WHY = /^what its sandbox host is told cannot be kept: (ENOTDIR|EEXIST|ENOENT): .*$/

test('it goes on, and shows that a crash would set it back', async () => {
  await withoutRoom('', async (gateway) => {
    const { body } = await gateway.get(ONE)
    const { state, durable, durableReason } = body
    expect([state, durable, durableReason]).toEqual(['running', false, expect.stringMatching(WHY)])
    const { status, problems } = (await gateway.get('/readyz')).body
    const [problem] = problems.filter(({ instance }: { instance?: string }) => instance === 'one')
    expect([status, problem]).toEqual([
      'ready',
      {
        instance: 'one',
        message: `instance one would be set back by a crash: ${durableReason}`,
        hint: expect.stringContaining('the folder inputs'),
      },
    ])
    const { items } = (await gateway.get(`${ONE}/logs`)).body
    expect(items.at(-1).message).toContain('cannot be kept, and after a crash it would begin anew')
    expect(gateway.stderr).toContain('what a sandbox host is told cannot be kept')
    expect((await gateway.get('/metrics')).text).toMatch(/^meltica_instances_not_durable 1$/m)
  })
})

test('it is stopped where the operator wants that', async () => {
  await withoutRoom('onJournalLoss: stop\n', async (gateway) => {
    const { body } = await gateway.until(ONE, ({ body: { state } }) => state === 'stopped')
    const { durable, reason } = body
    expect([durable, reason]).toEqual([true, expect.stringMatching(WHY)])
    const [last] = (await gateway.get('/audit?limit=1')).body.items
    expect([last.who, last.what, last.subject, last.message]).toEqual(['gateway', 'instance_stopped', 'one', reason])
  })
})
