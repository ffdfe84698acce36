/** What of Node and of browsers a source uses without asking: a strategy does not have it. */
import type { AnyNode, ClassDeclaration, ClassExpression, Program } from 'acorn'
import type { SourceMap } from '../sandbox/source-map'
import type { Warning } from '../schema/metadata'
import type { NamesUsed } from './names-used'
import { isFunction, placeOf, walk } from './syntax'

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

export interface Absent {
  readonly at: AnyNode
  readonly message: string
  readonly hint: string
}

export const isOfPackage = (path: string): boolean => /(?:^|[/\\])node_modules[/\\]/.test(path)

/** Uses under `root` that nothing guards: no `typeof`, no `try`, no declaration of that name. */
export function absentUnder(root: AnyNode, names: NamesUsed): Absent[] {
  const found: Absent[] = []
  walk(root, (node) => {
    // whoever is ready for an error knows that it may be missing
    if (node.type === 'TryStatement') return false
    const wrong = wrongIn(node, names)
    if (wrong) found.push({ at: node, ...wrong })
    return true
  })
  return found
}

/**
 * What fails for certain once an instance comes there: in `create`, and in the functions and classes that it uses by name.
 * @param map of a bundle, whose packages are left alone.
 */
export function absentInHandlers(
  program: Program,
  create: AnyNode | undefined,
  names: NamesUsed,
  map: SourceMap | undefined,
): Warning[] {
  if (!create) return []
  const parts = namedParts(program, names)
  const roots = new Set([create])
  for (const root of roots) {
    walk(root, (node) => {
      if (node.type === 'TryStatement') return false
      const part = node.type === 'Identifier' ? parts.get(node.name) : undefined
      if (part) roots.add(part)
      return true
    })
  }
  const told = new Map<AnyNode, Warning>()
  for (const root of roots) {
    for (const { at, message, hint } of absentUnder(root, names)) {
      const place = placeOf(at)
      const file = place && map?.at(place.line, place.column)?.file
      if (file === undefined || !isOfPackage(file)) told.set(at, { stage: 'validation', message, hint, ...place })
    }
  }
  return [...told.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}

/** Functions and classes whose names mean nothing else. */
function namedParts(program: Program, names: NamesUsed): Map<string, AnyNode> {
  const parts = new Map<string, AnyNode>()
  const add = (name: string, part: AnyNode) => {
    if (names.declared.get(name) === 1 && !names.guarded.has(name)) parts.set(name, part)
  }
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator') {
      if (node.id.type === 'Identifier' && (isFunction(node.init) || isClass(node.init))) add(node.id.name, node.init)
    } else if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id) {
      add(node.id.name, node)
    }
    return true
  })
  return parts
}

function isClass(node: AnyNode | null | undefined): node is ClassDeclaration | ClassExpression {
  return node?.type === 'ClassDeclaration' || node?.type === 'ClassExpression'
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
