/** Which modules of a Rust crate use which, read from the paths in its sources, and where they run in a circle. */

/** By module, the modules that it names. */
export type ModuleGraph = ReadonlyMap<string, ReadonlySet<string>>

/** The crate's root, which declares the modules and uses them by their bare names. */
const ROOT = 'lib'

/** What wit_bindgen writes into the root: bindings, which use nothing of ours. */
const GENERATED = new Set(['exports', 'meltica'])

/** @param sources the text of each module by its name, `lib` among them. */
export function readModuleGraph(sources: ReadonlyMap<string, string>): ModuleGraph {
  const graph = new Map<string, Set<string>>()
  for (const [module, text] of sources) {
    const code = withoutTextAndComments(text)
    const named = module === ROOT ? declaredModules(code) : namesAfterCrate(code).filter((name) => !GENERATED.has(name))
    const used = named.map((name) => (sources.has(name) ? name : ROOT))
    graph.set(module, new Set(used.filter((name) => name !== module)))
  }
  return graph
}

/** One circle for each set of modules that all reach each other, as `a → b → a`. */
export function findCircles(graph: ModuleGraph): readonly string[] {
  const told = new Set<string>()
  const circles: string[] = []
  for (const module of [...graph.keys()].sort()) {
    const circle = told.has(module) ? undefined : shortestWay(graph, module, module)
    if (!circle) continue
    circles.push([module, ...circle].join(' → '))
    for (const other of graph.keys())
      if (shortestWay(graph, module, other) && shortestWay(graph, other, module)) told.add(other)
  }
  return circles
}

/** @returns the modules after the first, undefined when there is no way. */
function shortestWay(graph: ModuleGraph, from: string, to: string): readonly string[] | undefined {
  const seen = new Set<string>()
  let ways: readonly (readonly string[])[] = [[]]
  while (ways.length > 0) {
    const longer: string[][] = []
    for (const way of ways) {
      for (const next of graph.get(way.at(-1) ?? from) ?? []) {
        if (next === to) return [...way, next]
        if (!seen.has(next)) longer.push([...way, next])
        seen.add(next)
      }
    }
    ways = longer
  }
  return undefined
}

const declaredModules = (code: string) => [...code.matchAll(/\bmod\s+(\w+)\s*;/g)].map((match) => match[1] ?? '')

/** The first name of each path from the root: `a` and `b` of `crate::a::x`, `super::b` or `crate::{a, b::{x, y}}`. */
function namesAfterCrate(code: string): readonly string[] {
  return [...code.matchAll(/\b(?:crate|super)\s*::\s*(?:(\w+)|\{)/g)].flatMap((match) =>
    match[1] ? [match[1]] : namesOfGroup(code.slice(match.index + match[0].length)),
  )
}

/** @param text what follows the opening brace. */
function namesOfGroup(text: string): readonly string[] {
  let depth = 0
  let names = ''
  for (const character of text) {
    if (character === '{') depth++
    else if (character === '}') depth--
    else if (depth === 0) names += character
    if (depth < 0) break
  }
  return names.split(',').flatMap((path) => /\w+/.exec(path)?.[0] ?? [])
}

const withoutTextAndComments = (text: string) =>
  text.replace(/"(?:\\[\s\S]|[^"\\])*"|'(?:\\.|[^'\\])'|\/\/.*|\/\*[\s\S]*?\*\//g, ' ')
