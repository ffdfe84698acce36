/** What of Node and of browsers a source uses without asking: a strategy does not have it. */
import type { AnyNode, ClassDeclaration, ClassExpression, Program } from 'acorn'
import type { SourceMap } from '../sandbox/source-map'
import type { Warning } from '../schema/metadata'
import type { NamesUsed } from './names-used'
import { isFunction, placeOf, walk } from './syntax'

const NETWORK = 'a strategy has no network: it learns from its events, and trades through helpers and runtime'
const TIME = 'use Date.now(), the time of the event at hand'
const MEMORY = 'keep it in helpers.state'
const THREADS = 'a strategy runs alone, on one thread'
const OWN_CODE = 'write it out, or bundle a package that has it'
const OUT = 'leave it out'
const HINTS: ReadonlyMap<string, string> = new Map([
  ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map((name) => [name, NETWORK] as const),
  ...['localStorage', 'sessionStorage', 'indexedDB'].map((name) => [name, MEMORY] as const),
  ...['Worker', 'SharedArrayBuffer', 'Atomics', 'WebAssembly'].map((name) => [name, THREADS] as const),
  ...['URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'atob', 'btoa', 'crypto', 'structuredClone'].map(
    (name) => [name, OWN_CODE] as const,
  ),
  ...['Bun', 'Deno', 'document', 'navigator', 'alert'].map((name) => [name, OUT] as const),
  ['process', 'declare a field of the config for what it is to be told'],
  ['Buffer', 'use Uint8Array'],
  ['performance', TIME],
  ['Intl', 'format the parts yourself'],
])

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
  const roots = [create]
  // no part twice, however they lie within each other
  const seen = new Set<AnyNode>()
  const warnings: Warning[] = []
  const told = ({ at, message, hint }: Absent) => {
    const place = placeOf(at)
    const file = place && map?.at(place.line, place.column)?.file
    if (file === undefined || !isOfPackage(file)) warnings.push({ stage: 'validation', message, hint, ...place })
  }
  for (const root of roots) {
    walk(root, (node) => {
      if (node.type === 'TryStatement' || seen.has(node)) return false
      seen.add(node)
      const part = node.type === 'Identifier' ? parts.get(node.name) : undefined
      if (part) roots.push(part)
      const wrong = wrongIn(node, names)
      if (wrong) told({ at: node, ...wrong })
      return true
    })
  }
  return warnings.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
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
  const hint = HINTS.get(name)
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
