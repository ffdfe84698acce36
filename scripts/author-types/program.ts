/** The sources of the author's types, as the TypeScript compiler reads them. */
import { join } from 'node:path'
import ts from 'typescript'

export const ROOT = join(import.meta.dir, '../..')
const STRATEGY = join(ROOT, 'sandbox/strategy.d.ts')
const TESTING = join(ROOT, 'sandbox/testing.d.ts')

export interface Sources {
  readonly strategy: ts.SourceFile
  readonly testing: ts.SourceFile
  readonly checker: ts.TypeChecker
}

export function readSources(): Sources {
  const program = ts.createProgram([STRATEGY, TESTING], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    strict: true,
    skipLibCheck: true,
  })
  return {
    strategy: program.getSourceFile(STRATEGY)!,
    testing: program.getSourceFile(TESTING)!,
    checker: program.getTypeChecker(),
  }
}

/** The TSDoc before a declaration or a member, as text; '' where there is none. */
export function commentOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).slice(-1)
  return doc === undefined ? '' : textOf(doc.getText())
}

/** The text of a comment, without its frame. */
export function textOf(comment: string): string {
  return comment
    .replace(/^\/\*\*\s?/, '')
    .replace(/\s*\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .replaceAll('*\\/', '*/')
    .trim()
}

/** The comment at the head of a file, before its first declaration and its imports. */
export function headOf(source: ts.SourceFile): string {
  const [range] = ts.getLeadingCommentRanges(source.text, 0) ?? []
  if (range === undefined) throw new Error(`${source.fileName} has no comment at its head`)
  return source.text.slice(range.pos, range.end)
}
