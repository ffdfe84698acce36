/** What the top level of a CommonJS module declares and exports, as far as it stands literally in the source. */
import type { AnyNode, CallExpression, Expression, Program } from 'acorn'
import { keyOf } from './syntax'

export class ModuleParts {
  private readonly variables = new Map<string, AnyNode>()
  private readonly exported = new Map<string, AnyNode>()
  private whole: AnyNode | undefined
  /** What bundlers' getters answer: none of the author's places. */
  private readonly answered = new Set<AnyNode>()

  constructor(program: Program) {
    for (const statement of program.body) {
      if (statement.type === 'VariableDeclaration') {
        for (const { id, init } of statement.declarations) {
          if (id.type === 'Identifier' && init) this.variables.set(id.name, init)
        }
      } else if (statement.type === 'ClassDeclaration') this.variables.set(statement.id.name, statement)
      else if (statement.type === 'FunctionDeclaration') this.variables.set(statement.id.name, statement)
      else if (statement.type === 'ExpressionStatement') this.read(statement.expression)
    }
    this.readDefault()
  }

  /** The innermost part of a path that stands in the source. */
  find([first = '', ...rest]: readonly string[]): AnyNode | undefined {
    let part = this.exported.get(first) ?? this.whole
    const segments = this.exported.has(first) ? rest : [first, ...rest]
    for (const segment of segments) {
      const child = childOf(this.meant(part), segment)
      if (!child) break
      part = child
    }
    return part && this.answered.has(part) ? this.meant(part) : part
  }

  /** The value of an export; undefined where it does not stand in the source. */
  exportOf(name: string): AnyNode | undefined {
    return this.meant(this.exported.get(name) ?? childOf(this.meant(this.whole), name))
  }

  private read(expression: Expression): void {
    if (expression.type === 'CallExpression') this.readGetters(expression)
    if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return
    const target = dotted(expression.left)
    if (target === 'module.exports' || target === 'exports') {
      this.whole = expression.right
    } else {
      const name = /^(?:module\.)?exports\.(\w+)$/.exec(target ?? '')?.[1]
      if (name !== undefined) this.exported.set(name, expression.right)
    }
    this.read(expression.right)
  }

  /** As `compileExports` takes it: `default` is the strategy, unless the whole is written out or has both names. */
  private readDefault(): void {
    const exported = this.exported.get('default')
    const isNamed = this.exported.has('metadata') && this.exported.has('create')
    if (!exported || isNamed || this.meant(this.whole)?.type === 'ObjectExpression') return
    this.whole = exported
    this.exported.clear()
  }

  /** `__export(target, { name: () => value })`, as bundlers write exports. */
  private readGetters({ callee, arguments: [, getters] }: CallExpression): void {
    if (callee.type !== 'Identifier' || !/^__export\d*$/.test(callee.name) || getters?.type !== 'ObjectExpression')
      return
    for (const property of getters.properties) {
      if (property.type !== 'Property' || property.value.type !== 'ArrowFunctionExpression') continue
      const name = keyOf(property.key, property.computed)
      if (name === undefined || this.exported.has(name)) continue
      this.exported.set(name, property.value.body)
      this.answered.add(property.value.body)
    }
  }

  /** A variable's value, and what is handed on by `Object.freeze` and its like. */
  private meant(part: AnyNode | undefined): AnyNode | undefined {
    let node = part
    for (let steps = 0; node && steps < 10; steps++) {
      if (node.type === 'Identifier') node = this.variables.get(node.name)
      else if (node.type === 'CallExpression' && isKept(node.callee)) node = node.arguments[0]
      else if (node.type === 'AssignmentExpression') node = node.right
      else return node
    }
    return node
  }
}

function childOf(node: AnyNode | undefined, segment: string): AnyNode | undefined {
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

/** A function that hands on what it is given: `Object.freeze`, and the `strategy` of the module `meltica`. */
function isKept(callee: AnyNode): boolean {
  // as bundlers call what is imported: (0, import_meltica.strategy)(…)
  const called = callee.type === 'SequenceExpression' ? callee.expressions.at(-1) : callee
  const name = called && dotted(called)
  return name === 'Object.freeze' || name === 'strategy' || name?.endsWith('.strategy') === true
}

/** As `module.exports.name`; undefined of what has more parts, or others. */
function dotted(node: AnyNode, most = 3): string | undefined {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'MemberExpression' || most === 1) return undefined
  const object = dotted(node.object, most - 1)
  const key = keyOf(node.property, node.computed)
  return object === undefined || key === undefined ? undefined : `${object}.${key}`
}
