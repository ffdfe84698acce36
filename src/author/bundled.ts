/** What Bun's test runner loads before the tests, as one file; to be imported as a macro: the binary has it in it. */
import { join } from 'node:path'

export function preloadText(): string {
  const entry = join(import.meta.dir, 'preload.ts')
  const { stdout, stderr, success } = Bun.spawnSync([
    process.execPath,
    'build',
    entry,
    '--target=bun',
    '--minify-syntax',
  ])
  if (!success) throw new Error(stderr.toString())
  return stdout.toString()
}
