/** Whether a strategy file has to be bundled before an engine can take it. */
import type { AnyNode } from 'acorn'
import { NamesUsed } from '../compiler/names-used'
import { parseSource, walk } from '../compiler/syntax'

const TYPESCRIPT = /^\.[cm]?ts$/
const IMPORT_OR_EXPORT = /^\s*(?:import\b(?!\s*\()|export\b)/m

/** @param extension as `.ts`; '' of standard input, which may be anything. */
export function isBundled(text: string, extension: string): boolean {
  if (TYPESCRIPT.test(extension)) return true
  const script = parseSource(text)
  if (script) return needsRequire(script)
  const module = parseSource(text, { sourceType: 'module' })
  if (module) return module.body.some(({ type }) => /^(?:Import|Export)/.test(type))
  return IMPORT_OR_EXPORT.test(text)
}

/** Calls `require` of a text without having asked whether it is there: what guards itself works without. */
function needsRequire(program: AnyNode & { type: 'Program' }): boolean {
  const names = new NamesUsed(program)
  if (names.declared.has('require') || names.guarded.has('require')) return false
  let found = false
  walk(program, (node) => {
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require') {
      const [argument] = node.arguments
      if (argument?.type === 'Literal' && typeof argument.value === 'string') found = true
    }
    return node.type !== 'TryStatement'
  })
  return found
}
