/** Changes to statements: guards and calls that are removed, neighbours that change places. */
import ts from 'typescript'
import { type Change, removed, swapped } from './change'

/** @returns the changes of one node, without those below it. */
export function* changesOfStatement(node: ts.Node): Generator<Change> {
  if (isGuard(node)) yield removed('guard', node)
  if (ts.isExpressionStatement(node)) yield removed('statement', node)
  if (ts.isForOfStatement(node)) yield removed('loop', node)
  if (ts.isBlock(node)) yield* ofNeighbours(node.statements)
}

/** `if (…) return …`, and its like with throw, continue and break. */
function isGuard(node: ts.Node): boolean {
  if (!ts.isIfStatement(node) || node.elseStatement) return false
  const then = node.thenStatement
  const last = ts.isBlock(then) ? then.statements.at(-1) : then
  return last !== undefined && leaves(last)
}

const leaves = (node: ts.Node): boolean =>
  ts.isReturnStatement(node) || ts.isThrowStatement(node) || ts.isContinueStatement(node) || ts.isBreakStatement(node)

/** What is written and sent has an order; most other neighbours are the same in either. What ends in Sync only waits. */
const WRITES = /write|sync(?!$)|\bsync$|rename|unlink|save|insert|append|commit|send|publish|emit|tell|close/i

function* ofNeighbours(statements: readonly ts.Statement[]): Generator<Change> {
  for (const [index, statement] of statements.entries()) {
    const next = statements[index + 1]
    if (next && isWrite(statement) && isWrite(next)) yield swapped('order', statement, next)
  }
}

function isWrite(node: ts.Statement): boolean {
  if (!ts.isExpressionStatement(node)) return false
  const inner = ts.isAwaitExpression(node.expression) ? node.expression.expression : node.expression
  return ts.isCallExpression(inner) && WRITES.test(inner.expression.getText())
}
