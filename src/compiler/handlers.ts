/** The object with the handlers that `create` returns, as far as it can be read in the source. */
import type { AnyNode, Expression, ObjectExpression } from 'acorn'
import type { NamesUsed } from './names-used'
import { type FunctionNode, isFunction, keyOf, walk } from './syntax'

/** Each is looked for in all of `create`. */
const MOST_VARIABLES = 20

export interface HandlerObject {
  /** Each by its name, with the node that names it and its value. */
  readonly members: ReadonlyMap<string, { readonly key: AnyNode; readonly value: AnyNode }>
  /** It has no others: nothing is spread into it, computed, or added where the source does not show it. */
  readonly isWhole: boolean
}

/** @returns undefined where any of what it may return can't be read */
export function readHandlers(create: AnyNode | undefined, names: NamesUsed): HandlerObject | undefined {
  if (!create || !isFunction(create)) return undefined
  const reader = new Reader(create, names)
  const returned = returnedBy(create)
  if (returned.length === 0 || !returned.every((value) => reader.read(value))) return undefined
  return reader
}

class Reader implements HandlerObject {
  readonly members = new Map<string, { key: AnyNode; value: AnyNode }>()
  isWhole = true
  private readonly variables = new Map<string, boolean>()

  constructor(
    private readonly create: FunctionNode,
    private readonly names: NamesUsed,
  ) {}

  /** False: it can't be read. */
  read(value: AnyNode | null | undefined): boolean {
    if (value?.type === 'ObjectExpression') this.take(value)
    else if (value?.type === 'ConditionalExpression') return this.read(value.consequent) && this.read(value.alternate)
    else if (value?.type !== 'Identifier') return false
    else {
      const { name } = value
      const isRead = this.variables.get(name) ?? (this.variables.size < MOST_VARIABLES && this.readVariable(name))
      this.variables.set(name, isRead)
      return isRead
    }
    return true
  }

  private take(object: ObjectExpression): void {
    for (const property of object.properties) {
      const name = property.type === 'Property' ? keyOf(property.key, property.computed) : undefined
      if (property.type !== 'Property' || name === undefined || name === '__proto__') this.isWhole = false
      else this.members.set(name, { key: property.key, value: property.value })
    }
  }

  /** One that is declared once, within `create`, as an object. */
  private readVariable(name: string): boolean {
    if (this.names.declared.get(name) !== 1) return false
    let init: Expression | null | undefined
    const plain = new Set<AnyNode>()
    const uses: AnyNode[] = []
    const isIt = (node: AnyNode | null | undefined) => node?.type === 'Identifier' && node.name === name
    walk(this.create, (node) => {
      if (node.type === 'Identifier' && node.name === name) uses.push(node)
      else if (node.type === 'VariableDeclarator' && isIt(node.id)) {
        init = node.init
        plain.add(node.id)
      } else if (node.type === 'ReturnStatement' && node.argument) plain.add(node.argument)
      else if (node.type === 'Property' && !node.shorthand && !node.computed) plain.add(node.key)
      else if (node.type === 'MemberExpression') {
        if (!node.computed) plain.add(node.property).add(node.object)
      } else if (
        node.type === 'AssignmentExpression' &&
        node.left.type === 'MemberExpression' &&
        isIt(node.left.object)
      ) {
        const key = keyOf(node.left.property, node.left.computed)
        if (key !== undefined) this.members.set(key, { key: node.left.property, value: node.right })
      }
      return true
    })
    if (init?.type !== 'ObjectExpression') return false
    if (!uses.every((use) => plain.has(use))) this.isWhole = false
    this.take(init)
    return true
  }
}

/** What a function returns, not what those within it do. */
function returnedBy(create: FunctionNode): (AnyNode | null | undefined)[] {
  if (create.body.type !== 'BlockStatement') return [create.body]
  const returned: (AnyNode | null | undefined)[] = []
  walk(create.body, (node) => {
    if (node.type === 'ReturnStatement') returned.push(node.argument)
    return !isFunction(node)
  })
  return returned
}
