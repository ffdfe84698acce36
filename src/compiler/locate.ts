/** Where in a source a part of `module.exports` stands, for problems that are found in its value. */
import { type Expression, type Node, type Program, parse, type Statement } from 'acorn'

export interface Place {
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
}

type Part = Node & { readonly type: string }

/**
 * @param paths as `metadata.config[0].type` or `create`. What does not stand literally in the source is
 * placed at the innermost part that does.
 * @returns one place for each path; undefined where nothing of it can be found.
 */
export function locate(source: string, paths: readonly string[]): (Place | undefined)[] {
  const program = parsed(source)
  if (!program) return paths.map(() => undefined)
  const module = new ModuleParts(program.body.filter((node) => node.type !== 'ImportDeclaration') as Statement[])
  return paths.map((path) => {
    const found = module.find(path.split(/[.[\]]+/).filter((segment) => segment !== ''))
    return found?.loc ? { line: found.loc.start.line, column: found.loc.start.column + 1 } : undefined
  })
}

/** The engine has compiled it; the parser may still know less, or give up on deep nesting. */
function parsed(source: string): Program | undefined {
  try {
    return parse(source, {
      ecmaVersion: 'latest',
      sourceType: 'script',
      allowReturnOutsideFunction: true,
      locations: true,
    })
  } catch {
    return undefined
  }
}

/** What the top level of a CommonJS module declares and exports. */
class ModuleParts {
  private readonly variables = new Map<string, Part>()
  private readonly exported = new Map<string, Part>()
  private whole: Part | undefined

  constructor(statements: readonly Statement[]) {
    for (const statement of statements) {
      if (statement.type === 'VariableDeclaration') {
        for (const { id, init } of statement.declarations) {
          if (id.type === 'Identifier' && init) this.variables.set(id.name, init)
        }
      } else if (statement.type === 'ExpressionStatement') this.read(statement.expression)
    }
  }

  find([first = '', ...rest]: readonly string[]): Part | undefined {
    let part = this.exported.get(first) ?? this.whole
    const segments = this.exported.has(first) ? rest : [first, ...rest]
    for (const segment of segments) {
      const child = childOf(this.meant(part), segment)
      if (!child) break
      part = child
    }
    return part
  }

  private read(expression: Expression): void {
    if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return
    const target = dotted(expression.left)
    if (target === 'module.exports' || target === 'exports') this.whole = expression.right
    else {
      const name = /^(?:module\.)?exports\.(\w+)$/.exec(target ?? '')?.[1]
      if (name !== undefined) this.exported.set(name, expression.right)
    }
    this.read(expression.right)
  }

  /** A variable's value, and what `Object.freeze(…)` freezes. */
  private meant(part: Part | undefined): Part | undefined {
    let node = part as Expression | undefined
    for (let steps = 0; node && steps < 10; steps++) {
      if (node.type === 'Identifier') node = this.variables.get(node.name) as Expression | undefined
      else if (node.type === 'CallExpression' && dotted(node.callee) === 'Object.freeze')
        node = node.arguments[0] as Expression
      else if (node.type === 'AssignmentExpression') node = node.right
      else return node
    }
    return node
  }
}

function childOf(part: Part | undefined, segment: string): Part | undefined {
  const node = part as Expression | undefined
  if (node?.type === 'ArrayExpression') {
    const before = node.elements.slice(0, Number(segment) + 1)
    return before.some((element) => element?.type === 'SpreadElement')
      ? undefined
      : (before[Number(segment)] ?? undefined)
  }
  if (node?.type !== 'ObjectExpression') return undefined
  const property = node.properties.findLast(
    (one) => one.type === 'Property' && keyOf(one.key, one.computed) === segment,
  )
  return property?.type === 'Property' ? property.value : undefined
}

function keyOf(key: Expression | Node, computed: boolean): string | undefined {
  const node = key as Expression
  if (node.type === 'Identifier' && !computed) return node.name
  return node.type === 'Literal' ? String(node.value) : undefined
}

function dotted(node: Node): string | undefined {
  const expression = node as Expression
  if (expression.type === 'Identifier') return expression.name
  if (expression.type !== 'MemberExpression') return undefined
  const object = dotted(expression.object)
  const key = keyOf(expression.property, expression.computed)
  return object === undefined || key === undefined ? undefined : `${object}.${key}`
}
