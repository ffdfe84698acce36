/** Says of a request that does not fit its schema which field is wrong, and how. */
import { Failure } from '../errors/failure'
import { fieldName, type Mismatch, sentence, unwrapped } from '../schema/mismatch'

/** Elysia's error about a body, query or path; `property` is a number of the query that is out of range. */
interface SchemaError {
  readonly type: string
  readonly all: readonly object[]
}

/** How many wrong fields are named: a hostile body may have a million. */
const MOST_PROBLEMS = 20

/**
 * @param query the request's query as sent, to find the name of a field by its value: Elysia reports a number that is out
 * of range without a path.
 */
export function invalidRequest(error: SchemaError, query: Readonly<Record<string, unknown>>): Failure {
  const where = error.type === 'property' ? 'query' : error.type
  const problems = new Map<string, string>()
  for (const mismatch of unwrapped(mismatches(error))) {
    const path = fieldName(mismatch.path) || nameByValue(query, mismatch.value)
    if (!problems.has(path) && problems.size < MOST_PROBLEMS) problems.set(path, sentence(mismatch))
  }
  const found = [...problems].map(([path, message]) => ({ path, message }))
  const message = found.map(
    ({ path, message }) => `${path === '' ? `the ${where}` : `${where} field "${path}"`} ${message}`,
  )
  return new Failure('invalid_request', message.join('; ') || `the ${where} does not have the form of this call`, {
    problems: found,
  })
}

function* mismatches(error: SchemaError): Iterable<Mismatch> {
  for (const entry of error.all) {
    if ('type' in entry && 'schema' in entry && 'path' in entry) yield entry as Mismatch
  }
}

function nameByValue(query: Readonly<Record<string, unknown>>, value: unknown): string {
  return Object.keys(query).find((name) => Number(query[name]) === value) ?? ''
}
