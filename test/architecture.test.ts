/** Dependencies between the rooms of src/ point one way. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'

interface Summary {
  readonly violations: readonly unknown[]
  readonly totalCruised: number
}

const root = join(import.meta.dir, '..')

test('no room imports from one that it must not know', async () => {
  const child = Bun.spawn(
    [
      process.execPath,
      '--bun',
      'node_modules/.bin/depcruise',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'src',
    ],
    { cwd: root, stdout: 'pipe', stderr: 'inherit' },
  )
  const { summary } = (await new Response(child.stdout).json()) as { summary: Summary }
  expect(summary.violations).toEqual([])
  // A cruise that found nothing would pass too.
  expect(summary.totalCruised).toBeGreaterThan(50)
})
