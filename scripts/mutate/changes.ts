/** All the small changes that can be made to a source file, but for those that change no behaviour. */
import ts from 'typescript'
import type { Change } from './change'
import { changesOfExpression } from './operators'
import { changesOfStatement } from './statements'

export function changesOf(file: string, source: string): Change[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true)
  return [...below(tree)]
}

function* below(node: ts.Node): Generator<Change> {
  if (isWords(node)) return
  yield* changesOfExpression(node)
  yield* changesOfStatement(node)
  for (const child of node.getChildren()) yield* below(child)
}

const TEXTS = new Set(['description', 'title', 'summary', 'hint', 'example', 'examples'])
const LOG = /(?:^|\.)(?:log|logger)\??\.(?:trace|debug|info|warn|error|fatal)$/

/** What people read, and what goes when the types do. */
function isWords(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true
  if (ts.isImportDeclaration(node) || ts.isJSDoc(node)) return true
  if (ts.isPropertyAssignment(node)) return TEXTS.has(node.name.getText())
  if (ts.isExpressionStatement(node)) return ts.isCallExpression(node.expression) && isLog(node.expression)
  return ts.isCallExpression(node) && isLog(node)
}

const isLog = (call: ts.CallExpression): boolean => LOG.test(call.expression.getText())
