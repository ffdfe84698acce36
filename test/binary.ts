/** The one binary that `make build` makes: for tests of what a build could lose, and for whatever starts the program. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')
const MAIN = join(ROOT, 'src/main.ts')
export const BINARY = join(ROOT, 'dist/meltica')

/** What it is made of besides the sources. */
const INSTALLED = 'node_modules/.stamp'

/** Why it says nothing of these sources; undefined when it is made of them. */
export function binaryIsOld(): string | undefined {
  if (!existsSync(BINARY)) return 'dist/meltica is not built: make build'
  const builtMs = statSync(BINARY).mtimeMs
  const isYounger = (file: string) => (statSync(join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0) > builtMs
  const sources = [...new Bun.Glob('{src,sandbox}/**/*.{ts,js,json,md,wasm,css}').scanSync(ROOT)]
  const files = [...sources.filter((file) => !file.includes('node_modules')), INSTALLED]
  return files.some(isYounger) ? 'dist/meltica is older than the sources: make build' : undefined
}

/** The program from its sources. */
export const FROM_SOURCES: readonly string[] = [process.execPath, MAIN]

/** The program as users run it, which starts in half the time; from its sources where the binary is not made of them. */
export const PROGRAM: readonly string[] = binaryIsOld() === undefined ? [BINARY] : FROM_SOURCES
