/** The soak in small: seven seconds of all that goes wrong, and every invariant holds. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'

test('after starts, stops, rolls, limits, kills and a full disk, all at random, every invariant holds', async () => {
  const soak = ['--trouble-only', '--seconds', '7', '--instances', '60', '--seed', '5']
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'main.ts'), ...soak], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [said, wrong] = await Promise.all([child.stdout.text(), child.stderr.text()])
  expect([wrong, said.trim().split('\n').at(-1)]).toEqual(['', 'every promise was held'])
  expect(await child.exited).toBe(0)
  expect(said).toMatch(/× kill/)
}, 180_000)
