/** `meltica.d.ts`: the author's types as one file, which declares the module `meltica`. */
import type ts from 'typescript'
import { headOf, type Sources } from './program'
import { sharedDeclarations } from './shared'

const HEAD = `// Written by \`meltica types\`: do not edit, but write it anew with another version of Meltica.
`

export function declarationText(sources: Sources): string {
  const { strategy, testing } = sources
  const shared = [...sharedDeclarations(sources).values()].join('\n\n')
  const blocks = [
    [headOf(strategy), `${bodyOf(strategy).replace('declare global {', 'global {')}\n\nexport {}`],
    [headOf(testing), `${bodyOf(testing)}\n\n${shared}`],
  ]
  return [HEAD, ...blocks.map(([head, body]) => `${head}\ndeclare module 'meltica' {\n${indented(body!)}\n}\n`)].join(
    '\n',
  )
}

/** Without the comment at its head, and without imports: within the module all names are there. */
function bodyOf(source: ts.SourceFile): string {
  const text = source.text.slice(source.text.indexOf(headOf(source)) + headOf(source).length)
  return text.replaceAll(/^import type .*\n/gm, '').trim()
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
