/**
 * The page's script, bundled. It is imported as a macro: into the binary it comes when that is built, and from the sources it is
 * made when a report is first asked for. So there is no copy that could fall behind.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** The page's own entry, and what it is made with. */
const ENTRY = join(import.meta.dir, 'page/main.ts')
const HOW = ['--target=browser', '--format=iife', '--production']

/** With the digest by which the policy of a page knows it: SHA-256, as base64. */
export function page(): { readonly script: string; readonly sha256: string } {
  // a text of a library could hold the end of a script
  const script = pageScript().replaceAll('</script', '<\\/script')
  return { script, sha256: createHash('sha256').update(script).digest('base64') }
}

/** @throws Error where the bundler refuses; it says on standard error what. */
export function pageScript(...more: string[]): string {
  const { success, stdout } = Bun.spawnSync([process.execPath, 'build', ENTRY, ...HOW, ...more], {
    stderr: 'inherit',
  })
  if (!success) throw new Error('the page of reports cannot be bundled')
  return stdout.toString()
}
