/**
 * What forms offer, out of the schemas by which the gateway checks it. It is imported as a macro: the page gets the words, and
 * no library of schemas.
 */
import type { TSchema } from '@sinclair/typebox'
import { RiskLimits } from '../../schema/risk-limits'
import { AUDIT_ACTIONS } from '../../schema/usage'

/** A risk limit. */
export interface LimitTerm {
  /** As the API writes it; what is within another one behind a dot. */
  readonly name: string
  readonly description: string
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'amounts'
  /** The words that it may be, where it may be no other. */
  readonly words: string[]
}

/** In the order of the API. */
export function limitTerms(): LimitTerm[] {
  return Object.entries<TSchema>(RiskLimits.properties).flatMap(([name, schema]) => {
    const within: Record<string, TSchema> | undefined = schema.properties
    return within
      ? Object.entries(within).map(([key, part]) => termOf(`${name}.${key}`, part, schema.description))
      : [termOf(name, schema)]
  })
}

export const auditActions = (): string[] => [...AUDIT_ACTIONS]

function termOf(name: string, schema: TSchema, otherwise = ''): LimitTerm {
  const { description = otherwise, enum: words = [] } = schema
  return { name, description: description.replace('; answered as text', ''), kind: kindOf(schema), words: [...words] }
}

function kindOf({ type }: TSchema): LimitTerm['kind'] {
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'boolean'
  if (type === 'array') return 'list'
  return type === 'object' ? 'amounts' : 'text'
}
