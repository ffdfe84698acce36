/** What is said of a file or folder that the system does not let be written, by why it does not. */
import { Failure } from '../errors/failure'
import { errnoOf, reasonOf } from './reason'

/** Permissions are no help where there is no room. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/**
 * @param subject as it was named, to begin the sentence.
 * @param hint where there is more to say than how to find a place that can be written.
 */
export function unwritable(subject: string, error: unknown, hint = hintOf(error)): Failure {
  return new Failure('file_unwritable', `${subject} cannot be written: ${reasonOf(error)}`, {}, hint)
}

const hintOf = (error: unknown): string | undefined =>
  FULL.has(errnoOf(error) ?? '') ? 'make room, or choose a place on another disk' : undefined
