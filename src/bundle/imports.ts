/** The imports of a build: which files it has read, and where each is asked for. */
import { readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import type { Loader } from 'bun'

export const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.json': 'json',
  '.txt': 'text',
}
/** What is written `.js` may be meant of a file `.ts`. */
const TYPED: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' }

export interface Place {
  /** Absolute. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
}

export class Imports {
  /** Absolute paths. */
  readonly files = new Set<string>()
  readonly #made: { readonly specifier: string; readonly importer: string }[] = []

  /** @param importer absolute. */
  add(specifier: string, importer: string): void {
    this.#made.push({ specifier, importer })
  }

  /** Where the file is asked for by a path. */
  placeOf(path: string): Place | undefined {
    const made = this.#made.find(({ specifier, importer }) => {
      const target = resolve(dirname(importer), specifier)
      return stemOf(path) === stemOf(target) || stemOf(path) === join(target, 'index')
    })
    return made && placeOfText(made.specifier, made.importer)
  }
}

/** An import may name another extension than the file has, or none. */
const stemOf = (path: string): string => path.slice(0, path.length - extname(path).length)

/** Where it first stands in the file, in quotes. */
function placeOfText(specifier: string, file: string): Place | undefined {
  const text = readFileSync(file, 'utf8')
  const at = ['"', "'", '`'].map((quote) => text.indexOf(quote + specifier + quote)).filter((index) => index >= 0)
  if (at.length === 0) return undefined
  const lines = text.slice(0, Math.min(...at)).split(/\r\n|[\n\r\u2028\u2029]/)
  return { file, line: lines.length, column: lines.at(-1)!.length + 1 }
}

/** Where a file that an import names, and that is not there, may come to be. @param importer absolute, as the answer. */
export function wantedPaths(specifier: string, importer: string): string[] {
  if (!/^[./]/.test(specifier)) return manifests(packageOf(specifier), dirname(importer))
  const target = resolve(dirname(importer), specifier)
  const extension = extname(target)
  const typed = TYPED[extension]
  return [
    target,
    ...(typed === undefined ? [] : [target.slice(0, -extension.length) + typed]),
    ...Object.keys(LOADERS).flatMap((one) => [target + one, join(target, `index${one}`)]),
  ]
}

/** Where a package may be installed, in each folder above. */
function manifests(name: string, folder: string): string[] {
  const path = join(folder, 'node_modules', name, 'package.json')
  return folder === dirname(folder) ? [path] : [path, ...manifests(name, dirname(folder))]
}

/** `@scope/name` of `@scope/name/part`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
