/** How near a test is to a source: the nearest tests are the likeliest to notice a change of it, and run first. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/** From a test to a file, or to what that exports. */
const NEAR_STEPS = 2

export class Nearness {
  readonly #root: string
  readonly #imports = new Map<string, readonly string[]>()

  /** @param root of the project, to which all paths are relative. */
  constructor(root: string) {
    this.#root = root
  }

  /** @returns 0 for the test of a source, 1 for one that imports it, 2 for one of the same folder, 3 for all others. */
  rank(test: string, source: string): number {
    if (mirrored(test) === source) return 0
    if (this.#reaches(test, source)) return 1
    return dirname(mirrored(test)) === dirname(source) ? 2 : 3
  }

  #reaches(test: string, source: string): boolean {
    let reached = [test]
    for (let step = 0; step < NEAR_STEPS; step++) {
      reached = reached.flatMap((file) => this.#importsOf(file))
      if (reached.includes(source)) return true
    }
    return false
  }

  #importsOf(file: string): readonly string[] {
    const known = this.#imports.get(file)
    if (known) return known
    const { importedFiles } = ts.preProcessFile(readFileSync(join(this.#root, file), 'utf8'))
    const own = importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'))
    const paths = own.map((name) => `${join(dirname(file), name)}.ts`)
    const found = paths.filter((path) => existsSync(join(this.#root, path)))
    this.#imports.set(file, found)
    return found
  }
}

/** The source that a test is named after. */
const mirrored = (test: string): string => test.replace(/^test\//, 'src/').replace(/\.test\.ts$/, '.ts')
