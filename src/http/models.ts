/** The named models of the API document: schemas with a title become references, and lose what TypeBox and Elysia add. */
import { FailureBody } from '../schema/failure'

export type Json = Record<string, unknown>

/** Elysia's forms of what a query holds as text: the document shows the value, not the text. */
const COERCED = new Set(['integer', 'numeric', 'boolean'])

/** TypeBox's pattern of a record's names when they may be any. */
const ANY_NAME = '^(.*)$'

export class Models {
  private readonly found: Json = {}

  /** In the order of their names. */
  get schemas(): Json {
    return Object.fromEntries(Object.entries(this.found).sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** What clients send: unknown fields are refused, and the document says so. */
  request<T>(value: T): T {
    return this.finish(value, true)
  }

  /** What they are answered: fields may be added one day. Elysia closes these too, once it has compiled a route. */
  answer<T>(value: T): T {
    return this.finish(value, false)
  }

  private finish<T>(value: T, closed: boolean): T
  private finish(value: unknown, closed: boolean): unknown {
    if (Array.isArray(value)) return value.map((item) => this.finish(item, closed))
    if (typeof value !== 'object' || value === null) return value
    const schema = { ...value } as Json
    const { title, type, description } = schema
    if (typeof title !== 'string') return this.fields(schema, closed)
    if (Array.isArray(type) && type.includes('null')) {
      const { description: _, ...model } = schema
      return { anyOf: [this.finish({ ...model, type: 'object' }, closed), { type: 'null' }], description }
    }
    if (type !== 'object') return this.fields(schema, closed)
    // one that is sent as well as answered is shown as it may be sent
    if (closed || !(title in this.found)) this.found[title] = this.fields(canonical(schema), closed)
    return { $ref: `#/components/schemas/${title}` }
  }

  private fields(schema: Json, closed: boolean): Json {
    const { $id: _, stated, anyOf, patternProperties, additionalProperties, ...rest } = schema
    const fields = { ...this.each(rest, closed), ...(stated as Json | undefined) }
    if (additionalProperties !== undefined && (closed || additionalProperties !== false)) {
      fields.additionalProperties = this.finish(additionalProperties, closed)
    }
    // a choice of words that may be null names it among its values
    if (Array.isArray(fields.type) && fields.type.includes('null') && Array.isArray(fields.enum)) {
      fields.enum = [...fields.enum, null]
    }
    // generators understand additionalProperties, few understand patterns
    for (const [pattern, property] of Object.entries((patternProperties as Json | undefined) ?? {})) {
      fields.additionalProperties = this.finish(property, closed)
      if (pattern !== ANY_NAME) fields.propertyNames = { pattern }
    }
    return Array.isArray(anyOf) ? { ...fields, ...this.choice(anyOf, closed) } : fields
  }

  private each(fields: Json, closed: boolean): Json {
    return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, this.finish(field, closed)]))
  }

  private choice(choices: readonly Json[], closed: boolean): Json {
    const values = choices.filter((choice) => !(choice.type === 'string' && COERCED.has(String(choice.format))))
    if (values.length === 1 && choices.length === 2) return this.fields(values[0]!, closed)
    return { anyOf: this.finish(choices, closed) }
  }
}

/** The refusals of each route show their own codes; the model shows what they share. */
const canonical = (schema: Json): Json => (schema.title === FailureBody.title ? { ...FailureBody } : schema)
