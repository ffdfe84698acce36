/** The files that follow from the author's types, with what has to be in them. */
import { join } from 'node:path'
import { declarationText } from './declaration'
import { ROOT, readSources } from './program'
import { referenceText } from './reference'

export function made(): Map<string, string> {
  const sources = readSources()
  const declaration = declarationText(sources)
  return new Map([
    [join(ROOT, 'sandbox/templates/meltica.d.ts'), declaration],
    [join(ROOT, 'docs/strategy-api.md'), referenceText(declaration)],
  ])
}
