/** Which names a source declares and uses, and how: what a warning has to know to say nothing of what is meant. */
import type { AnyNode, Pattern, Program } from 'acorn'
import { type FunctionNode, isFunction, keyOf, walk } from './syntax'

const GLOBALS = ['globalThis', 'window', 'self', 'global']

export class NamesUsed {
  /** How often each name is declared: as a variable, parameter, function, class or in a `catch`. */
  readonly declared = new Map<string, number>()
  /** By the name of its declaration, or of the variable that it is the first value of. */
  readonly functions = new Map<string, FunctionNode>()
  /** Read as members, or written as strings other than keys: `x.name`, `x['name']`, `{ name } = x`. */
  readonly members = new Set<string>()
  /** Called as functions of that name. */
  readonly called = new Set<string>()
  /** Asked for by `typeof`, `in` or as a member of the global object, or set. */
  readonly guarded = new Set<string>()
  /** Keys of objects, and members that are set: they name what is there, and use nothing. */
  private readonly naming = new Set<AnyNode>()

  constructor(program: Program) {
    walk(program, (node) => {
      this.takeDeclarations(node)
      this.takeUses(node)
      return true
    })
  }

  private takeDeclarations(node: AnyNode): void {
    if (isFunction(node)) {
      if (node.id) this.declare(node.id)
      if (node.type === 'FunctionDeclaration' && node.id) this.functions.set(node.id.name, node)
      for (const parameter of node.params) this.declare(parameter)
    } else if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      if (node.id) this.declare(node.id)
    } else if (node.type === 'VariableDeclarator') {
      this.declare(node.id)
      if (node.id.type === 'Identifier' && isFunction(node.init)) this.functions.set(node.id.name, node.init)
    } else if (node.type === 'CatchClause' && node.param) this.declare(node.param)
  }

  private takeUses(node: AnyNode): void {
    if (node.type === 'MemberExpression') {
      const name = keyOf(node.property, node.computed)
      if (this.naming.has(node)) this.naming.add(node.property)
      else this.mention(name)
      if (name !== undefined && node.object.type === 'Identifier' && GLOBALS.includes(node.object.name)) {
        this.guarded.add(name)
      }
    } else if (node.type === 'Property') {
      if (!node.computed) this.naming.add(node.key)
    } else if (node.type === 'ObjectPattern') {
      for (const property of node.properties) {
        if (property.type === 'Property') this.mention(keyOf(property.key, property.computed))
      }
    } else if (node.type === 'Literal') {
      if (typeof node.value === 'string' && !this.naming.has(node)) this.mention(node.value)
    } else if (node.type === 'BinaryExpression' && node.operator === 'in') {
      if (node.left.type === 'Literal') this.guarded.add(String(node.left.value))
    } else if (node.type === 'CallExpression' && node.callee.type === 'Identifier') this.called.add(node.callee.name)
    else if (node.type === 'UnaryExpression' && node.operator === 'typeof' && node.argument.type === 'Identifier') {
      this.guarded.add(node.argument.name)
    } else if (node.type === 'AssignmentExpression' && node.operator === '=') this.set(node.left)
  }

  private mention(name: string | undefined): void {
    if (name !== undefined) this.members.add(name)
  }

  private set(target: Pattern): void {
    if (target.type === 'MemberExpression') this.naming.add(target)
    const name = target.type === 'MemberExpression' ? keyOf(target.property, target.computed) : undefined
    if (target.type === 'Identifier') this.guarded.add(target.name)
    else if (name !== undefined) this.guarded.add(name)
  }

  private declare(pattern: Pattern): void {
    if (pattern.type === 'Identifier') this.declared.set(pattern.name, (this.declared.get(pattern.name) ?? 0) + 1)
    else if (pattern.type === 'ObjectPattern') {
      for (const property of pattern.properties) {
        this.declare(property.type === 'Property' ? property.value : property.argument)
      }
    } else if (pattern.type === 'ArrayPattern') {
      for (const element of pattern.elements) if (element) this.declare(element)
    } else if (pattern.type === 'RestElement') this.declare(pattern.argument)
    else if (pattern.type === 'AssignmentPattern') this.declare(pattern.left)
  }
}
