/** What of Node and of browsers a strategy's own files use: it is not there. Packages ask for it first, or never use it. */
import type { AnyNode, Program } from 'acorn'
import { NamesUsed } from '../compiler/names-used'
import { parseSource, placeOf, walk } from '../compiler/syntax'
import { SourceMap } from '../sandbox/source-map'
import type { Diagnostic } from '../schema/metadata'
import { isOfPackage } from './resolution'

const NETWORK = 'a strategy has no network: it learns from its events, and trades through helpers and runtime'
const HINTS: Readonly<Record<string, string>> = {
  fetch: NETWORK,
  XMLHttpRequest: NETWORK,
  WebSocket: NETWORK,
  process: 'declare a field of the config for what it is to be told',
  Buffer: 'use Uint8Array',
  Bun: 'leave it out',
  Deno: 'leave it out',
}

/** @param code a bundle, with the head of each file as a comment. @param map its source map. */
export function absentIn(code: string, map: string): Diagnostic[] {
  const program = parseSource(code)
  if (!program) return []
  const places = new SourceMap(map)
  const body = program.body.filter(({ start }) => isAuthors(code, start))
  const own: Program = { ...program, body }
  const names = new NamesUsed(own)
  const found: Diagnostic[] = []
  walk(own, (node) => {
    // whoever is ready for an error knows that it may be missing
    if (node.type === 'TryStatement') return false
    const wrong = wrongIn(node, names)
    const place = wrong && placeOf(node)
    if (wrong && place) found.push({ stage: 'compile', ...wrong, ...places.at(place.line, place.column) })
    return true
  })
  return found
}

function wrongIn(node: AnyNode, names: NamesUsed): { message: string; hint: string } | undefined {
  if (node.type === 'ImportExpression') {
    return { message: 'import() cannot load anything while a strategy runs', hint: 'import it at the top of the file' }
  }
  const name = usedIn(node)
  if (name === undefined || names.declared.has(name) || names.guarded.has(name)) return undefined
  if (name === 'require' && node.type === 'CallExpression') {
    const [module] = node.arguments
    return module?.type === 'Literal'
      ? { message: `${String(module.value)} is a module of Node, which a strategy does not have`, hint: 'leave it out' }
      : { message: 'require cannot load anything while a strategy runs', hint: 'name the module as a text' }
  }
  const hint = HINTS[name]
  return hint === undefined ? undefined : { message: `${name} is not there`, hint }
}

/** The global that is called, made or read a member of. */
function usedIn(node: AnyNode): string | undefined {
  const target =
    node.type === 'CallExpression' || node.type === 'NewExpression'
      ? node.callee
      : node.type === 'MemberExpression'
        ? node.object
        : undefined
  return target?.type === 'Identifier' ? target.name : undefined
}

/** By the last head of a file before it. */
function isAuthors(code: string, start: number): boolean {
  const head = /^\/\/ (.+)$/m.exec(code.slice(Math.max(0, code.lastIndexOf('\n// ', start)) + 1, start))?.[1]
  return head !== undefined && !isOfPackage(head)
}
