/** What the errors of SQLite and of the disk under it mean, and how they are told. */
import { Failure } from '../errors/failure'
import { reasonOf } from '../files/reason'
import { damaged } from './file'

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

export const isDamage = (error: unknown) =>
  /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error)) || codeOf(error) === 'data_damaged'

/** The disk or the file is at fault, and what was written is not. */
export const isDiskFault = (error: unknown) =>
  isDamage(error) || /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY|LOCKED)|^E[A-Z]+$/.test(codeOf(error))

/** @returns the refusal that an error is told as; the error itself when it is none of the disk. */
export function refusal(path: string, error: unknown): unknown {
  if (error instanceof Failure) return error
  const code = codeOf(error)
  const message = reasonOf(error)
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') return new Failure('storage_full', `${path}: the disk is full`)
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return new Failure('data_locked', `${path} is in use by another gateway`)
  if (isDamage(error)) return damaged(path, `is damaged (${message})`)
  return isDiskFault(error) ? new Failure('data_unwritable', `${path}: ${message}`) : error
}
