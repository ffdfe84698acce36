/** A launch's config against the fields that the strategy declares. */
import type { Metadata } from '../schema/metadata'
import { misfit } from './values'

export interface ConfigProblem {
  /** `config.<field>`. */
  readonly path: string
  readonly message: string
}

/** Fills in the defaults, or lists all that does not fit. A field without value and default stays absent. */
export function checkConfig(
  metadata: Pick<Metadata, 'config'>,
  given: Readonly<Record<string, unknown>>,
): { readonly config: Record<string, unknown> } | { readonly problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = []
  const filled: [string, unknown][] = []
  for (const field of metadata.config) {
    const value = Object.hasOwn(given, field.name) ? given[field.name] : undefined
    const problem = (message: string) =>
      problems.push({ path: `config.${field.name}`, message: `"${field.name}" ${message}` })
    if (value !== undefined && value !== null) {
      const wrong = misfit(field, value)
      if (wrong) problem(wrong)
      else filled.push([field.name, value])
    } else if (field.default !== undefined) filled.push([field.name, field.default])
    else if (field.required) problem(`is required: ${/^[aeiou]/.test(field.type) ? 'an' : 'a'} ${field.type}`)
  }
  const declared = new Set(metadata.config.map((field) => field.name))
  for (const name of Object.keys(given)) {
    if (!declared.has(name)) problems.push({ path: `config.${name}`, message: `"${name}" is no field of the strategy` })
  }
  return problems.length > 0 ? { problems } : { config: Object.fromEntries(filled) }
}
