/** A strategy's source as a tree, for what the engine can't tell of it. */
import { type AnyNode, type Options, Parser, type Program } from 'acorn'

export interface Place {
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
}

/** It looks through all names of a scope for each new one, for which a source of many names is too long: the engine does that. */
const SyntaxParser = Parser.extend(
  (Base) =>
    class extends Base {
      declareName(): void {
        // twice the same name is the engine's to refuse
      }
    },
)

/**
 * The parser may know less than the engine, or give up on deep nesting.
 * @returns undefined where it refuses the source
 */
export function parseSource(source: string, options: Partial<Options> = {}): Program | undefined {
  try {
    return SyntaxParser.parse(source, {
      ecmaVersion: 'latest',
      sourceType: 'script',
      allowReturnOutsideFunction: true,
      locations: true,
      ...options,
    })
  } catch {
    return undefined
  }
}

/** Visits a node and all within it, however deep; `enter` answers whether to go on inside. */
export function walk(root: AnyNode, enter: (node: AnyNode) => boolean): void {
  const left = [root]
  for (let node = left.pop(); node; node = left.pop()) {
    if (!enter(node)) continue
    for (const value of Object.values(node)) {
      if (isNode(value)) left.push(value)
      else if (Array.isArray(value)) for (const item of value) if (isNode(item)) left.push(item)
    }
  }
}

export function placeOf(node: Pick<AnyNode, 'loc'> | undefined): Place | undefined {
  return node?.loc ? { line: node.loc.start.line, column: node.loc.start.column + 1 } : undefined
}

/** The name of a property or a member, where it does not have to be computed. */
export function keyOf(key: AnyNode, computed: boolean): string | undefined {
  if (key.type === 'Identifier' && !computed) return key.name
  return key.type === 'Literal' ? String(key.value) : undefined
}

export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>

export function isFunction(node: AnyNode | null | undefined): node is FunctionNode {
  return (
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression' ||
    node?.type === 'FunctionDeclaration'
  )
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
