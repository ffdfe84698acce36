/** What the bundler takes for an import, and what it refuses to load. */
import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, extname, join } from 'node:path'
import type { BunPlugin } from 'bun'
import { isOfPackage } from '../compiler/absent'
import { type Imports, LOADERS } from './imports'

/** How the text that came on standard input is called. */
export const STANDARD_INPUT = 'stdin.ts'

export interface Problem {
  /** Absolute. */
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly message: string
  readonly hint: string
}

/** Modules of Node that are plain JavaScript: the bundler has them for packages. */
const PLAIN = ['assert', 'buffer', 'events', 'path', 'punycode', 'querystring', 'string_decoder', 'url', 'util']
/** What the module `meltica` holds at run time: types apart, a function that hands on what it is given. */
const MELTICA = 'export const strategy = (given) => given\n'

/** @param problems and @param imports what is found while it builds. */
export function resolution(entry: string, text: string, problems: Problem[], imports: Imports): BunPlugin {
  return {
    name: 'strategy',
    setup(build) {
      build.onResolve({ filter: /^stdin\.ts$/ }, ({ kind, path }) =>
        kind === 'entry-point-build' ? { path, namespace: 'stdin' } : undefined,
      )
      build.onResolve({ filter: /^meltica$/ }, () => ({ path: 'meltica', namespace: 'meltica' }))
      build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (kind === 'entry-point-build') return undefined
        if (importer !== STANDARD_INPUT) imports.add(path, importer)
        else {
          const hint = 'give the path of a file instead of -'
          problems.push({ file: STANDARD_INPUT, message: `standard input cannot import ${path}`, hint })
          return { path, external: true }
        }
        if (!isBuiltin(path) || isInstalled(path, importer)) return undefined
        if (!isOfPackage(importer)) return { path, external: true }
        return PLAIN.includes(path.replace(/^node:/, '')) ? undefined : { path, namespace: 'absent' }
      })
      build.onLoad({ filter: /.*/, namespace: 'meltica' }, () => ({ contents: MELTICA, loader: 'js' }))
      build.onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({
        contents: `throw new Error(${JSON.stringify(`${path} is a module of Node, which a strategy does not have`)})`,
        loader: 'js',
      }))
      build.onLoad({ filter: /.*/, namespace: 'stdin' }, () => ({ contents: text, loader: 'ts' }))
      build.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
        const loader = LOADERS[extname(path).toLowerCase()]
        imports.files.add(path)
        if (loader === undefined) {
          const message = `${basename(path)} is of a kind that cannot be imported`
          const hint = 'import .ts, .js, .json or .txt; there is no JSX'
          problems.push({ file: path, ...imports.placeOf(path), message, hint })
          return { contents: 'module.exports = {}', loader: 'js' }
        }
        return { contents: path === entry ? text : await Bun.file(path).text(), loader }
      })
    },
  }
}

/** A package of that very name stands before a module of Node. */
function isInstalled(name: string, importer: string): boolean {
  if (name.includes(':')) return false
  for (let folder = dirname(importer); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true
    if (folder === dirname(folder)) return false
  }
}
