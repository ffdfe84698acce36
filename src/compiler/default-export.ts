/** The one rule of default exports: what is marked as an ECMAScript module, by whatever bundler, is its `default`. */
import type { Sandbox } from '../sandbox/sandbox'

/** Bundlers write it into each CommonJS file that they make of a module. */
const MARK = '__esModule'

/** On a line of its own after the text, whose own lines stay where they are. */
const UNWRAP = `
;(exported => {
  const isNamed = exported?.metadata !== undefined && exported?.create !== undefined
  if (exported?.${MARK} && exported.default !== undefined && !isNamed) module.exports = exported.default
})(module?.exports)
`

/**
 * Compiles a CommonJS text, so that the default export is the strategy, unless `metadata` and `create` are exported
 * beside it by name.
 * @param fileName that stands in stacks.
 */
export function compileExports(sandbox: Sandbox, text: string, fileName: string): ReturnType<Sandbox['compile']> {
  if (!text.includes(MARK)) return sandbox.compile(text, fileName)
  const compiled = sandbox.compile(text + UNWRAP, fileName)
  // where a text does not compile, its own end has to be told, not that of what was added
  return 'diagnostic' in compiled ? sandbox.compile(text, fileName) : compiled
}
