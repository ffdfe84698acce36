/** A folder for the time of a measurement. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function folder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'meltica-bench-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
