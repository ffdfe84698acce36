/** What a YAML text may be beside its grammar: a few lines must not stand for gigabytes, nor take hours to be looked at. */
import { type Document, isAlias, isCollection, isMap, isNode, isPair, isScalar, type Node } from 'yaml'

export interface Excess {
  /** Where it stands in the text. */
  readonly offset: number
  readonly message: string
}

/** With every alias written out; no honest file comes near. */
const MAX_VALUES = 100_000
const MAX_DEPTH = 100

/** @returns the first thing that is too much, or names nothing; undefined where all is well. */
export function excessOf(document: Document): Excess | undefined {
  const walk = new Walk()
  try {
    if (isNode(document.contents)) walk.size(document.contents, 0)
    return undefined
  } catch (error) {
    if (error instanceof Found) return error.excess
    throw error
  }
}

class Found extends Error {
  constructor(readonly excess: Excess) {
    super(excess.message)
  }
}

class Walk {
  /** How many values each anchor stands for; 0 while that is not known. */
  private readonly anchors = new Map<string, number>()

  /** Counts a node with what its aliases stand for. @throws Found */
  size(node: Node, depth: number): number {
    if (depth > MAX_DEPTH) throw excess(node, `is nested more than ${MAX_DEPTH} deep`)
    const size = isAlias(node) ? this.aliased(node, node.source) : this.own(node, depth)
    if (size > MAX_VALUES) throw excess(node, `stands for more than ${MAX_VALUES} values`)
    return size
  }

  private aliased(node: Node, name: string): number {
    const size = this.anchors.get(name)
    if (size === undefined) throw excess(node, `the alias *${name} names no anchor before it`)
    if (size === 0) throw excess(node, `the alias *${name} stands within what it names`)
    return size
  }

  private own(node: Node, depth: number): number {
    const anchor = 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined
    if (anchor !== undefined) this.anchors.set(anchor, 0)
    const keys = isMap(node) ? new Set<unknown>() : undefined
    let size = 1
    for (const item of isCollection(node) ? node.items : []) {
      if (isPair(item) && isNode(item.key)) refuseSecond(keys, item.key)
      for (const part of isPair(item) ? [item.key, item.value] : [item]) {
        if (isNode(part)) size += this.size(part, depth + 1)
      }
      if (size > MAX_VALUES) throw excess(node, `stands for more than ${MAX_VALUES} values`)
    }
    if (anchor !== undefined) this.anchors.set(anchor, size)
    return size
  }
}

/** The parser's own check compares each key with each. */
function refuseSecond(keys: Set<unknown> | undefined, key: Node): void {
  if (!keys || !isScalar(key)) return
  if (keys.has(key.value)) throw excess(key, 'Map keys must be unique')
  keys.add(key.value)
}

const excess = (node: Node, message: string) => new Found({ offset: node.range?.[0] ?? 0, message })
