/**
 * The page's script, bundled. It is imported as a macro: into the binary it comes when that is built, and from the sources it is
 * made when a report is first asked for. So there is no copy that could fall behind.
 */
import { join } from 'node:path'

/** The page's own entry, and what it is made with. */
const ENTRY = join(import.meta.dir, 'page/main.ts')
const HOW = ['--target=browser', '--format=iife', '--production']

/** @throws Error where the bundler refuses; it says on standard error what. */
export function pageScript(...more: string[]): string {
  const { success, stdout } = Bun.spawnSync([process.execPath, 'build', ENTRY, ...HOW, ...more], {
    stderr: 'inherit',
  })
  if (!success) throw new Error('the page of reports cannot be bundled')
  return stdout.toString()
}
