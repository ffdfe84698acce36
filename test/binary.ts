/** The one binary that `make build` makes, for tests of what a build could lose. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')
export const BINARY = join(ROOT, 'dist/meltica')

/** Why it says nothing of these sources; undefined when it is made of them. */
export function binaryIsOld(): string | undefined {
  if (!existsSync(BINARY)) return 'dist/meltica is not built: make build'
  const builtMs = statSync(BINARY).mtimeMs
  const files = [...new Bun.Glob('{src,sandbox}/**/*.{ts,js,wasm}').scanSync(ROOT)]
  const isOld = files.some((file) => !file.includes('node_modules') && statSync(join(ROOT, file)).mtimeMs > builtMs)
  return isOld ? 'dist/meltica is older than the sources: make build' : undefined
}
