/** A gateway that is killed in the midst of a write, seen from outside: what was answered is there when it is back. */
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, strategySource } from '../gateway'

/** Three gateways each. */
const TIMEOUT_MS = 30_000
const ONE = strategySource({ tag: 'v1' })
const TWO = strategySource({ tag: 'v2' })

test.each([
  ['before the registry file is in its place, the upload is not there', 'rename registry', false],
  ['after it is, the upload is there though nobody was told', 'remove other', true],
])(
  '%s',
  async (_, step, there) => {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-crash-'))
    try {
      let first: string
      {
        await using gateway = await startGateway({ folder })
        first = (await gateway.upload(ONE)).hash
      }
      {
        await using gateway = await startGateway({ folder, env: { MELTICA_FAIL_POINT: step } })
        expect(await gateway.upload(TWO).catch(() => 'no answer')).toBe('no answer')
        await gateway.exited()
        expect(gateway.child.signalCode).toBe('SIGKILL')
      }
      await using gateway = await startGateway({ folder })
      const { body } = await gateway.get('/strategies/modules/grid')
      expect(Object.keys(body.tagAliases)).toEqual(there ? ['v1', 'latest', 'v2'] : ['v1', 'latest'])
      expect(body.hash === first).toBe(!there)
      expect((await gateway.get(`/strategies/modules/grid@${first}/source`)).text).toBe(ONE)
      expect((await gateway.post('/strategies/modules', { source: TWO })).status).toBe(201)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  TIMEOUT_MS,
)

test(
  'killed after its last answer, all that it answered is there, and in the audit',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meltica-crash-'))
    try {
      let registry: ReturnType<typeof JSON.parse>
      let items: readonly unknown[]
      {
        await using gateway = await startGateway({ folder })
        const { hash } = await gateway.upload(ONE)
        await gateway.upload(TWO, { aliases: ['prod', 'canary'] })
        await gateway.upload(strategySource({ name: 'other' }))
        writeFileSync(join(gateway.home, 'dropped.js'), strategySource({ name: 'dropped' }))
        const path = '/strategies/modules/grid'
        const answers = [
          await gateway.put(`${path}/tags/prod`, { hash, message: 'back' }),
          await gateway.post(`${path}/tags/prod/rollback`),
          await gateway.put(`${path}@${hash}`, { source: strategySource({ tag: 'v3' }) }),
          await gateway.post('/strategies/refresh'),
          await gateway.delete(`${path}@${hash}`),
          await gateway.delete('/strategies/modules/other'),
        ]
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 204, 204])
        registry = (await gateway.get('/strategies/registry')).body.registry
        items = (await gateway.get('/audit?limit=100')).body.items
        expect((await gateway.delete(`${path}/tags/canary`)).status).toBe(200)
        gateway.child.kill('SIGKILL')
        await gateway.exited()
      }
      await using gateway = await startGateway({ folder })
      delete registry.grid.tags.canary
      expect((await gateway.get('/strategies/registry')).body.registry).toEqual(registry)
      const [last, ...others] = (await gateway.get('/audit?limit=100')).body.items
      expect([last.what, last.subject, others]).toEqual(['tag_deleted', 'grid:canary', items])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  TIMEOUT_MS,
)
