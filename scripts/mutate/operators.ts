/** Changes to expressions: comparisons, arithmetic, logic, numbers, and calls that have an opposite. */
import ts from 'typescript'
import { type Change, instead, swapped } from './change'

const OPPOSITES = new Map([
  ...pairs('comparison', '< <=', '> >=', '=== !==', '== !='),
  ...pairs('arithmetic', '+ -', '* /', '+= -='),
  ...pairs('logic', '&& ||'),
])

const CALLS = new Map([
  ...pairs('call', 'min max', 'floor ceil', 'some every', 'startsWith endsWith', 'add sub', 'plus minus', 'mul div'),
  ...pairs('call', 'times dividedBy', 'lt lte', 'gt gte', 'push unshift', 'shift pop', 'find findLast', 'first last'),
])

/** The order of what they are given is nothing to them: `failures` sorts its codes by their status. */
const SYMMETRIC = /^(?:Math\.(?:min|max|hypot|imul)|failures)$/

/** What is left out may be all that a list goes through. */
const LEFT_OUT = new Set(['filter', 'sort', 'toSorted', 'reverse', 'toReversed', 'trim', 'toLowerCase', 'abs', 'neg'])

/** @returns the changes of one node, without those below it. */
export function* changesOfExpression(node: ts.Node): Generator<Change> {
  if (ts.isBinaryExpression(node)) yield* ofBinary(node)
  if (ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) yield* ofNumber(node)
  if (node.kind === ts.SyntaxKind.TrueKeyword) yield instead('flag', node, 'false')
  if (node.kind === ts.SyntaxKind.FalseKeyword) yield instead('flag', node, 'true')
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    yield instead('negation', node, node.operand.getText())
  }
  if (ts.isConditionalExpression(node)) yield swapped('branches', node.whenTrue, node.whenFalse)
  if (ts.isAwaitExpression(node) && !isHandedOn(node)) yield instead('await', node, node.expression.getText())
  if (ts.isCallExpression(node)) yield* ofCall(node)
}

function* ofBinary({ left, operatorToken: operator, right }: ts.BinaryExpression): Generator<Change> {
  const found = OPPOSITES.get(operator.getText())
  if (found) yield instead(found.kind, operator, found.other)
  if (operator.kind !== ts.SyntaxKind.QuestionQuestionToken || right.getText() === 'undefined') return
  if (!isKept(left, right)) yield swapped('default', left, right)
}

/** What was made before, or made now: it is the same, only later. */
function isKept(left: ts.Expression, right: ts.Expression): boolean {
  const makes = ts.isCallExpression(right) || ts.isNewExpression(right)
  return makes && ts.isCallExpression(left) && left.expression.getText().endsWith('.get')
}

/** What an async function returns is awaited by whoever called it, unless something happens between. */
function isHandedOn(node: ts.AwaitExpression): boolean {
  if (ts.isArrowFunction(node.parent)) return true
  if (!ts.isReturnStatement(node.parent)) return false
  for (let at: ts.Node = node; !ts.isFunctionLike(at); at = at.parent) {
    if (ts.isTryStatement(at.parent) || ts.isSourceFile(at)) return false
    if (ts.isBlock(at) && at.statements.some(isUsing)) return false
  }
  return true
}

const isUsing = (node: ts.Node): boolean =>
  ts.isVariableStatement(node) && (node.declarationList.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using

/** As `timeMs`, `LIMIT_MS` and `seconds`, and not as `items`. */
const UNITS = ['ms', 'ns', 'seconds', 'minutes', 'hours', 'days']
const CAPITALIZED = UNITS.map((unit) => unit.charAt(0).toUpperCase() + unit.slice(1)).join('|')
const CONSTANT = `(?:^|_)(?:${UNITS.join('|').toUpperCase()})`
const TIME = new RegExp(`(?:^(?:${UNITS.join('|')})|${CAPITALIZED}|${CONSTANT})$`)

/** One more or less is nothing to a time: it is taken in another unit. */
function* ofNumber(node: ts.NumericLiteral | ts.BigIntLiteral): Generator<Change> {
  const text = node.getText()
  const big = text.endsWith('n')
  const digits = text.replaceAll('_', '').replace(/n$/, '')
  if (!/^\d+$/.test(digits)) return
  const value = BigInt(digits)
  const written = (changed: bigint) => (big ? `${changed}n` : `${changed}`)
  // what a time is before the first one is known
  if (value === 0n && ts.isPropertyDeclaration(node.parent) && isOfTime(node)) return
  if (isOfTime(node)) yield instead('unit', node, written(value === 0n ? 1000n : value * 1000n))
  else yield instead('number', node, written(value + 1n))
  if (value > 0n) yield instead('number', node, isOfTime(node) ? written(value / 1000n) : written(value - 1n))
}

function isOfTime(node: ts.Node): boolean {
  const at = ts.isBinaryExpression(node.parent) ? node.parent.parent : node.parent
  const named = ts.isVariableDeclaration(at) || ts.isPropertyAssignment(at) || ts.isPropertyDeclaration(at)
  const timer = ts.isCallExpression(at) && /(?:setTimeout|setInterval|sleep)$/.test(at.expression.getText())
  return timer || (named && TIME.test(at.name.getText()))
}

function* ofCall(node: ts.CallExpression): Generator<Change> {
  const [first, second] = node.arguments
  const isEither = SYMMETRIC.test(node.expression.getText())
  if (!isEither && first && second && first.getText() !== second.getText()) yield swapped('arguments', first, second)
  if (!ts.isPropertyAccessExpression(node.expression)) return
  const { name, expression } = node.expression
  const found = CALLS.get(name.text)
  if (found) yield instead(found.kind, name, found.other)
  if (LEFT_OUT.has(name.text)) yield instead('left out', node, expression.getText())
}

/** `a b` stands for two that are each other's opposite. */
function pairs(kind: string, ...both: string[]): [string, { kind: string; other: string }][] {
  return both.flatMap((pair): [string, { kind: string; other: string }][] => {
    const [one = '', other = ''] = pair.split(' ')
    return [
      [one, { kind, other }],
      [other, { kind, other: one }],
    ]
  })
}
