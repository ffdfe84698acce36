/** Waits that never end: a promise that nobody settles, a timer that is not there. */
import type { AnyNode, AwaitExpression, CallExpression, Program } from 'acorn'
import type { NamesUsed } from './names-used'
import { type FunctionNode, isFunction, keyOf, walk } from './syntax'

/** Each is looked through as a whole, and they may lie within each other. */
const MOST_EXECUTORS = 100
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame']

export interface Hang {
  readonly at: AnyNode
  readonly message: string
  readonly hint: string
}

/** @param create whose own calls of timers are told; elsewhere, as in a library that is bundled, only those awaited are. */
export function findHangs(program: Program, create: AnyNode | undefined, names: NamesUsed): Hang[] {
  if (names.declared.has('Promise')) return []
  const hangs: Hang[] = []
  const isEndless = new Map<FunctionNode, boolean>()
  walk(program, (node) => {
    if (node.type !== 'AwaitExpression') return true
    const executor = executorOf(awaitedIn(node, names))
    if (executor && !isEndless.has(executor)) {
      if (isEndless.size === MOST_EXECUTORS) return true
      isEndless.set(executor, isNeverSettled(executor))
    }
    if (executor ? isEndless.get(executor) : isEmptyRace(node.argument)) {
      const hint = 'call resolve in the executor, or hand it on to what will call it'
      hangs.push({ at: node, message: 'this await never ends: nothing settles its promise', hint })
    }
    return true
  })
  const roots = [...isEndless.keys(), ...(create ? [create] : [])]
  for (const at of new Set(roots.flatMap((root) => timersIn(root, names)))) {
    const hint = "wait by helpers.sleep('250ms'), or look at the time of the events"
    hangs.push({ at, message: `${nameOf(at)} is not there: a strategy has no timers`, hint })
  }
  return hangs
}

/** Calls of timers that nothing declares, sets, or asks for first. */
function timersIn(root: AnyNode, names: NamesUsed): CallExpression[] {
  const found: CallExpression[] = []
  walk(root, (node) => {
    const name = nameOf(node)
    const isTimer = name !== undefined && TIMERS.includes(name)
    if (isTimer && !names.declared.has(name) && !names.guarded.has(name) && !names.members.has(name)) {
      found.push(node as CallExpression)
    }
    return true
  })
  return found
}

function nameOf(node: AnyNode): string | undefined {
  return node.type === 'CallExpression' && node.callee.type === 'Identifier' ? node.callee.name : undefined
}

/** The promise that is made on the spot, or by a function that does nothing else. */
function awaitedIn({ argument }: AwaitExpression, names: NamesUsed): AnyNode | null | undefined {
  const name = nameOf(argument)
  if (name === undefined) return argument
  const maker = names.declared.get(name) === 1 && !names.guarded.has(name) ? names.functions.get(name) : undefined
  if (maker?.body.type !== 'BlockStatement') return maker?.body
  const [first, second] = maker.body.body
  return first?.type === 'ReturnStatement' && !second ? first.argument : undefined
}

function executorOf(promise: AnyNode | null | undefined): FunctionNode | undefined {
  if (promise?.type !== 'NewExpression') return undefined
  const {
    callee,
    arguments: [executor],
  } = promise
  return callee.type === 'Identifier' && callee.name === 'Promise' && isFunction(executor) ? executor : undefined
}

/** It does nothing with `resolve` and `reject`, and throws nothing. */
function isNeverSettled({ params, body }: FunctionNode): boolean {
  const settlers = params.map((parameter) => (parameter.type === 'Identifier' ? parameter.name : undefined))
  if (settlers.includes(undefined)) return false
  let isSettled = false
  walk(body, (node) => {
    const isUse = node.type === 'Identifier' && (settlers.includes(node.name) || node.name === 'arguments')
    if (isUse || node.type === 'ThrowStatement') isSettled = true
    return !isSettled
  })
  return !isSettled
}

function isEmptyRace(node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false
  const { object, property, computed } = node.callee
  const [list] = node.arguments
  const isRace = object.type === 'Identifier' && object.name === 'Promise' && keyOf(property, computed) === 'race'
  return isRace && list?.type === 'ArrayExpression' && list.elements.length === 0
}
