/** How many imports lead from a test to a source: the nearest tests are the likeliest to notice a change of it. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/** A test that imports a file, or what exports it. */
const NEAR_STEPS = 2

/** @param root of the project, to which all paths are relative. */
export class Nearness {
  readonly #root: string
  readonly #imports = new Map<string, readonly string[]>()

  constructor(root: string) {
    this.#root = root
  }

  /** A test that reaches the source through a process alone is far from it. */
  isNear(test: string, source: string): boolean {
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
    const found = own
      .map((name) => `${join(dirname(file), name)}.ts`)
      .filter((path) => existsSync(join(this.#root, path)))
    this.#imports.set(file, found)
    return found
  }
}
