/** What a person is told of an error: what was wrong, and what to do. */
import { Failure } from '../errors/failure'
import { errnoOf, reasonOf } from '../files/reason'

export interface Refusal {
  /** As of `FAILURES`; of a file that cannot be used, `file_unreadable`. */
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** @returns undefined for what is a fault of our own. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Failure) return { code: error.code, message: error.message, hint: error.hint }
  if (errnoOf(error) === undefined) return undefined
  const { path = 'a file' } = error as NodeJS.ErrnoException
  const message = `${path} cannot be used: ${reasonOf(error)}`
  return { code: 'file_unreadable', message, hint: 'check the path and its permissions' }
}
