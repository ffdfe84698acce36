/** The files of `sandbox/templates/`, read when the program is built: the binary has them in it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

const TEMPLATES = join(import.meta.dir, '../../../sandbox/templates')

/** Texts by their paths, as `grid/strategy.ts`. To be imported as a macro. */
export function templateFiles(): Record<string, string> {
  const paths = readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.\w+$/.test(path))
    .map((path) => path.split(sep).join('/'))
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(TEMPLATES, path), 'utf8')]))
}
